/* stop: SIGTERM and SIGINT mean "finish what is begun and leave". */
#ifndef TB_STOP_H
#define TB_STOP_H

#include <stdbool.h>
#include <stdint.h>

/* Installs the handlers; SIGPIPE is ignored. A second signal ends the process at once. */
void stop_install(void);
bool stop_requested(void);
/* Sleeps in small steps; false when a stop was requested meanwhile. */
bool stop_sleep_ms(int64_t ms);

#endif
