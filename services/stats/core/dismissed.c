/* dismissed: see dismissed.h. */
#include "core/dismissed.h"

#include "core/out.h"

void dismissed_write(const struct dismissed *dismissed, struct buf *out)
{
    cJSON *answer = out_object();
    out_text(answer, "status", "success");
    cJSON *data = out_object_in(answer, "data");
    out_text(data, "action", "dismiss");
    out_bool(data, "dry_run", dismissed->dry_run);
    cJSON *done = out_array_in(data, "done");
    for (size_t i = 0; i < dismissed->done_count; i++)
        out_append(done, cJSON_CreateString(dismissed->done[i].member));
    cJSON *refused = out_array_in(data, "refused");
    for (size_t i = 0; i < dismissed->refused_count; i++) {
        cJSON *item = out_object();
        out_text(item, "order", dismissed->refused[i].order);
        out_text(item, "why", dismissed->refused[i].why);
        out_append(refused, item);
    }
    out_write(answer, out);
}
