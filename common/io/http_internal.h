/* http_internal: what the parts of http share. Nobody else includes it. */
#ifndef TB_HTTP_INTERNAL_H
#define TB_HTTP_INTERNAL_H

#include "io/http.h"

/* address: "host:port" or "[host]:port"; host empty: all addresses. *fd is the caller's.
 */
enum rc http_listen(const char *address, int *fd, struct err *e) TB_MUST_CHECK;
uint16_t http_port_of(int fd);

#endif
