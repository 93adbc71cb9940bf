/* raw_client: a TCP client for tests that have to send what no HTTP library would. */
#ifndef TB_TEST_RAW_CLIENT_H
#define TB_TEST_RAW_CLIENT_H

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { RAW_ANSWER_MAX = 64 * 1024 };

/* Connected to 127.0.0.1, reading gives up after a minute; -1 when refused. */
static inline int raw_connect(uint16_t port)
{
    const struct timeval patience = {.tv_sec = 60};
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    close(fd);
    return -1;
}

static inline void raw_send(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        text += n;
        len -= (size_t)n;
    }
}

/* Reads until the peer closes, `until` (when given) was seen, or patience ends. */
static inline const char *raw_read(int fd, const char *until, char out[RAW_ANSWER_MAX])
{
    size_t len = 0;
    out[0] = '\0';
    while (len < RAW_ANSWER_MAX - 1 && !(until && strstr(out, until))) {
        ssize_t n = recv(fd, out + len, RAW_ANSWER_MAX - 1 - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
        out[len] = '\0';
    }
    return out;
}

/* One request, the whole answer. The request has to ask for the end of the connection. */
static inline const char *raw_ask(uint16_t port, const char *request,
                                  char out[RAW_ANSWER_MAX])
{
    int fd = raw_connect(port);
    out[0] = '\0';
    if (fd < 0)
        return out;
    raw_send(fd, request);
    raw_read(fd, NULL, out);
    close(fd);
    return out;
}

#endif
