/* services: RMS_SHIPPING_SERVICES, the ShippingServiceID that a shipping title gets:
 *
 *   Standard=1,Express=2,*=0
 *
 * Titles are compared without regard to case; blanks around them do not count; "*" is the
 * rest. A comma within a title is written "\,".
 */
#ifndef TB_SERVICES_H
#define TB_SERVICES_H

#include "base/err.h"

#include <stdint.h>

/* RC_FATAL: the text has not that form, or a title twice; the error says where and what
 * to write. "" is well. */
enum rc services_check(const char *text, struct err *e) TB_MUST_CHECK;

/* 0 where neither the title nor "*" is in the text, which was checked. */
int64_t services_find(const char *text, const char *title);

#endif
