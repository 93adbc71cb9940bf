/* letters: see letters.h. */
#include "letters.h"

#include "core/out.h"
#include "core/problem.h"
#include "io/clock.h"
#include "io/log.h"
#include "letters_work.h"
#include "reading_letters.h"

#include <stdlib.h>
#include <string.h>

struct letters {
    uv_loop_t *loop;
    const struct bus_conf *conf;
    struct store *store;
    struct job *job; /* NULL: none is running */
};

struct job {
    uv_work_t work;
    struct letters *letters;
    struct http_pending *pending;
    struct arena arena;
    struct letter_outcome outcome;
    struct letters_work todo;
};

void letters_open(uv_loop_t *loop, const struct bus_conf *conf, struct store *store,
                  struct letters **out)
{
    struct letters *letters = calloc(1, sizeof(*letters));
    if (!letters)
        abort(); /* out of memory: as in arena.h */
    letters->loop = loop;
    letters->conf = conf;
    letters->store = store;
    *out = letters;
}

void letters_close(struct letters *letters)
{
    free(letters);
}

bool letters_busy(const struct letters *letters)
{
    return letters->job != NULL;
}

/* ---- copies: a request's arena does not outlive it ---- */

static struct letter copy_letter(const struct letter *letter, struct arena *arena)
{
    struct letter copy = {0};
    if (!letter_read(letter_write(letter, arena), arena, &copy))
        copy.id = arena_strdup(arena, letter->id);
    copy.state = letter->state;
    return copy;
}

static void copy_letters(struct job *job, const struct letter *letters, size_t count)
{
    struct letter *copies = arena_array(&job->arena, count, sizeof(*copies));
    for (size_t i = 0; i < count; i++)
        copies[i] = copy_letter(&letters[i], &job->arena);
    job->todo.letters = copies;
    job->todo.count = count;
    job->todo.met = arena_array(&job->arena, count, sizeof(*job->todo.met));
}

static void copy_outcome(struct job *job, const struct letter_outcome *outcome)
{
    struct letter_refused *refused = arena_array(
        &job->arena, outcome->refused_count + job->todo.count, sizeof(*refused));
    for (size_t i = 0; i < outcome->refused_count; i++)
        refused[i] = (struct letter_refused){
            .id = arena_strdup(&job->arena, outcome->refused[i].id),
            .why = arena_strdup(&job->arena, outcome->refused[i].why)};
    job->outcome = *outcome;
    job->outcome.refused = refused;
}

/* ---- the answer ---- */

static void refuse(struct job *job, int status, const char *what, const char *why)
{
    struct problem problem;
    struct http_response response = {.status = status,
                                     .content_type = PROBLEM_CONTENT_TYPE};
    buf_init(&response.body, OUT_MAX);
    problem_set(&problem, status, "%s: %s", what, why);
    problem_write(&problem, &response.body);
    http_answer(job->pending, &response);
}

static void sort_out(struct job *job)
{
    struct letter_refused *refused = (struct letter_refused *)job->outcome.refused;
    const char **done = arena_array(&job->arena, job->todo.count, sizeof(*done));
    for (size_t i = 0; i < job->todo.count; i++) {
        const char *id = job->todo.letters[i].id;
        if (job->todo.met[i])
            done[job->outcome.done_count++] = id;
        else
            refused[job->outcome.refused_count++] = (struct letter_refused){
                id, "it is no longer in shopify.orders.dlq: its time there has passed"};
    }
    job->outcome.done = done;
}

static void show_marks(struct job *job)
{
    struct err e;
    for (size_t i = 0; i < job->todo.count; i++) {
        if (!job->todo.met[i])
            continue;
        if (reading_letters_mark(job->letters->store, &job->todo.letters[i],
                                 letter_state_after(job->outcome.action), &job->arena,
                                 &e)) {
            log_err(LOG_WARN, "letters.marked_later", &e, LOG_FIELDS());
            return;
        }
    }
}

static void tell_outcome(struct job *job)
{
    struct http_response response = {.status = 200, .content_type = "application/json"};
    sort_out(job);
    show_marks(job);
    log_info("letters.done", KV("action", letter_action_word(job->outcome.action)),
             KV("letters", job->outcome.done_count),
             KV("refused", job->outcome.refused_count));
    buf_init(&response.body, OUT_MAX);
    letter_outcome_write(&job->outcome, &response.body);
    http_answer(job->pending, &response);
}

static void tell_letter(struct job *job)
{
    struct http_response response = {.status = 200, .content_type = "application/json"};
    if (!job->todo.met[0]) {
        refuse(job, 404, job->todo.letters[0].id,
               "it is no longer in shopify.orders.dlq");
        return;
    }
    buf_init(&response.body, OUT_MAX);
    buf_text(&response.body, job->todo.shown);
    http_answer(job->pending, &response);
}

static void on_done(uv_work_t *work, int status)
{
    (void)status;
    struct job *job = work->data;
    job->letters->job = NULL;
    if (job->todo.rc)
        refuse(job, 503,
               "Kafka did not take all of it; what was not acknowledged is not "
               "marked, ask again",
               job->todo.e.text);
    else if (job->todo.kind == LETTERS_READ)
        tell_letter(job);
    else
        tell_outcome(job);
    arena_done(&job->arena);
    free(job);
}

/* ---- beginning ---- */

static void on_work(uv_work_t *work)
{
    struct job *job = work->data;
    letters_work_run(&job->todo);
}

static struct job *new_job(struct letters *letters, enum letters_kind kind)
{
    struct job *job = calloc(1, sizeof(*job));
    if (!job)
        abort(); /* out of memory: as in arena.h */
    arena_init(&job->arena);
    job->letters = letters;
    job->work.data = job;
    job->todo.kind = kind;
    job->todo.conf = letters->conf;
    job->todo.arena = &job->arena;
    return job;
}

static void begin(struct letters *letters, struct job *job,
                  const struct http_request *request)
{
    job->pending = http_defer(request);
    letters->job = job;
    uv_queue_work(letters->loop, &job->work, on_work, on_done);
}

void letters_act(struct letters *letters, const struct letters_task *task,
                 const struct http_request *request)
{
    bool sends = task->outcome.action == LETTER_DO_REDRIVE;
    struct job *job = new_job(letters, sends ? LETTERS_SEND : LETTERS_MARK);
    job->todo.now_ms = clock_now_ms();
    job->todo.state = letter_state_word(letter_state_after(task->outcome.action));
    copy_letters(job, task->letters, task->count);
    copy_outcome(job, &task->outcome);
    begin(letters, job, request);
}

void letters_show(struct letters *letters, const struct letter *letter,
                  const struct http_request *request)
{
    struct job *job = new_job(letters, LETTERS_READ);
    copy_letters(job, letter, 1);
    begin(letters, job, request);
}
