/* http_listen: a listening socket for "host:port", or why there can't be one. */
#include "io/http_internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BACKLOG = 128,
};

/* "host:port" or "[host]:port"; host and port point into text, which is cut. */
static bool split_address(char *text, const char **host, const char **port)
{
    char *colon = strrchr(text, ':');
    if (!colon || !colon[1])
        return false;
    *colon = '\0';
    *port = colon + 1;
    size_t len = strlen(text);
    if (text[0] == '[' && text[len - 1] == ']') {
        text[len - 1] = '\0';
        text++;
    }
    *host = text;
    return true;
}

static int open_socket(const struct addrinfo *address)
{
    static const int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

/* The first of the name's addresses that takes it; otherwise -1 and *cause. */
static int open_any(const struct addrinfo *list, int *cause)
{
    int fd = -1;
    for (const struct addrinfo *at = list; at && fd < 0; at = at->ai_next) {
        fd = open_socket(at);
        *cause = errno;
    }
    return fd;
}

enum rc http_listen(const char *address, int *fd, struct err *e)
{
    char text[300];
    const char *host = NULL;
    const char *port = NULL;
    struct addrinfo *list = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    snprintf(text, sizeof(text), "%s", address);
    if (!split_address(text, &host, &port))
        return err_set(e, RC_FATAL, "http.open",
                       "%s: not an address; expected host:port, as 127.0.0.1:8080",
                       address);
    int code = getaddrinfo(host[0] ? host : NULL, port, &hints, &list);
    if (code)
        return err_set(e, RC_FATAL, "http.open", "%s: %s", address, gai_strerror(code));
    int cause = 0;
    int opened = open_any(list, &cause);
    freeaddrinfo(list);
    if (opened < 0)
        return err_set(e, RC_FATAL, "http.open", "can't listen on %s: %s%s", address,
                       strerror(cause),
                       cause == EADDRINUSE
                           ? ": another program has this port; take a free one"
                           : "");
    *fd = opened;
    return RC_OK;
}

uint16_t http_port_of(int fd)
{
    struct sockaddr_storage address = {0};
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    socklen_t len = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &len))
        return 0;
    memcpy(&in, &address, sizeof(in));
    memcpy(&in6, &address, sizeof(in6));
    return ntohs(address.ss_family == AF_INET6 ? in6.sin6_port : in.sin_port);
}
