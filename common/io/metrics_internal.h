/* metrics_internal: what the parts of metrics share. Nobody else includes it. */
#ifndef TB_METRICS_INTERNAL_H
#define TB_METRICS_INTERNAL_H

/* Sets the process_... metrics to what they are now. */
void metrics_process(void);

#endif
