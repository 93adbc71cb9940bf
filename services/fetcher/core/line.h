/* line: LineItem, ShippingLine and TaxLine objects of the Admin API. Pure. */
#ifndef TB_FETCHER_LINE_H
#define TB_FETCHER_LINE_H

#include "core/field.h"
#include "wire/snapshot.h"

void line_read(struct field_reader *r, const struct json_at *at,
               struct snapshot_line *out);
void line_read_shipping(struct field_reader *r, const struct json_at *at,
                        struct snapshot_shipping *out);
/* The array <name> of TaxLines as struct snapshot_tax. */
struct codec_list line_read_taxes(struct field_reader *r, const struct json_at *at,
                                  const char *name);

#endif
