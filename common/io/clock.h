/* clock: what time it is. Read once per turn in a shell and passed on from there. */
#ifndef TB_CLOCK_H
#define TB_CLOCK_H

#include <stdint.h>

int64_t clock_now_ms(void);       /* UTC, milliseconds since 1970 */
int64_t clock_monotonic_ms(void); /* never steps back; for durations and deadlines */

#endif
