/* arena: a chain of blocks, bumped; see arena.h. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum {
    BLOCK_BYTES = 64 * 1024,
    ALIGN = 16,
    RED_ZONE = 16, /* stays poisoned behind every allocation in sanitizer builds */
};

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    _Alignas(ALIGN) unsigned char data[];
};

static struct arena_block *block_new(size_t need, struct arena_block *next)
{
    size_t size = need > BLOCK_BYTES ? need : BLOCK_BYTES;
    struct arena_block *block = malloc(sizeof(*block) + size);
    if (!block)
        abort(); /* out of memory: see arena.h */
    *block = (struct arena_block){.next = next, .size = size};
    POISON(block->data, size);
    return block;
}

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

static void free_chain(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        UNPOISON(block->data, block->size);
        free(block);
        block = next;
    }
}

void arena_reset(struct arena *arena)
{
    struct arena_block *keep = arena->head;
    arena->used = 0;
    if (!keep)
        return;
    free_chain(keep->next);
    keep->next = NULL;
    keep->used = 0;
    POISON(keep->data, keep->size);
    if (keep->size > BLOCK_BYTES) { /* one huge order must not stay in memory */
        free_chain(keep);
        arena->head = NULL;
    }
}

void arena_done(struct arena *arena)
{
    free_chain(arena->head);
    *arena = (struct arena){0};
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4)
        abort();
    size_t need = (size + RED_ZONE + ALIGN - 1) / ALIGN * ALIGN;
    if (!arena->head || arena->head->size - arena->head->used < need)
        arena->head = block_new(need, arena->head);
    struct arena_block *block = arena->head;
    void *p = block->data + block->used;
    block->used += need;
    arena->used += size;
    UNPOISON(p, size);
    return memset(p, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes))
        abort();
    return arena_alloc(arena, bytes);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);
    if (len)
        memcpy(copy, text, len);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args;
    va_list again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = arena_alloc(arena, (size_t)(len < 0 ? 0 : len) + 1);
    if (len > 0)
        vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    return text;
}
