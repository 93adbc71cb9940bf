/* unit: see unit.h. */
#include "unit.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_LSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LSAN 1
#endif
#endif
#ifdef HAS_LSAN
#include <sanitizer/lsan_interface.h>
#endif

static char folder[200];

void unit_expect_rc(enum rc want, enum rc got, const struct err *e, const char *call,
                    const char *file, int line)
{
    if (want == got)
        return;
    print_error("%s\n    gave %s, not %s: %s: %s\n", call, err_rc_name(got),
                err_rc_name(want), e && got ? e->op : "", e && got ? e->text : "");
    _fail(file, line);
}

void unit_contains(const char *text, const char *part, bool want, const char *file,
                   int line)
{
    if ((strstr(text, part) != NULL) == want)
        return;
    print_error("\"%s\"\n    %s \"%s\"\n", text, want ? "lacks" : "has", part);
    _fail(file, line);
}

void unit_count_leaks(bool count)
{
#ifdef HAS_LSAN
    static bool overlooks;
    if (count && overlooks)
        __lsan_enable();
    if (!count && !overlooks)
        __lsan_disable();
    overlooks = !count;
#else
    (void)count;
#endif
}

const char *unit_folder(void)
{
    const char *base = getenv("TMPDIR");
    if (!folder[0]) {
        snprintf(folder, sizeof(folder), "%s/tillbridge-unit-XXXXXX",
                 base ? base : "/tmp");
        assert_non_null(mkdtemp(folder));
    }
    return folder;
}

static int remove_one(const char *path, const struct stat *info, int kind,
                      struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

void unit_remove_folder(void)
{
    if (folder[0])
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    folder[0] = '\0';
}

const char *unit_path(const char *name)
{
    static char paths[4][300];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", unit_folder(), name);
    return path;
}

int unit_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    close(fd);
    return ntohs(address.sin_port);
}

char *unit_data(const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", TB_TEST_DATA, name);
    FILE *file = fopen(path, "re");
    if (!file)
        fail_msg("no %s", path);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    size_t len = fread(text, 1, (1 << 20) - 1, file);
    assert_true(len > 0 && len < (1 << 20) - 1);
    fclose(file);
    return text;
}
