/* The floor: a blocking HTTP/1.1 echo on one thread, with nothing in it that is not needed.
 * Built twice: against glibc, and with -DBARE against the kernel alone (bare.h). */
#ifdef BARE
#include "bare.h"
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#endif

enum { HEAD_MAX = 32 * 1024, BODY_MAX = 32 * 1024 * 1024 };
static char buffer[HEAD_MAX + BODY_MAX]; /* zero pages until touched */

static int lower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

/* The length of the head with its blank line, or 0 when it is not complete. */
static long head_length(const char *b, long n) {
    for (long i = 3; i < n; i++)
        if (b[i] == '\n' && b[i - 1] == '\r' && b[i - 2] == '\n' && b[i - 3] == '\r') return i + 1;
    return 0;
}

static long number(const char *s) {
    long n = 0;
    while (*s == ' ') s++;
    while (*s >= '0' && *s <= '9') n = n * 10 + (*s++ - '0');
    return n;
}

static long content_length(const char *b, long n) {
    static const char name[] = "\ncontent-length:";
    for (long i = 0; i + (long)sizeof name < n; i++) {
        unsigned long k = 0;
        while (k < sizeof name - 1 && lower(b[i + k]) == name[k]) k++;
        if (k == sizeof name - 1) return number(b + i + k);
    }
    return 0;
}

static int send_all(int fd, const char *data, long n) {
    while (n > 0) {
        long w = write(fd, data, n);
        if (w <= 0) return -1;
        data += w, n -= w;
    }
    return 0;
}

/* Answers with the head and the body in one call; what the socket does not take at once follows. */
static int answer(int fd, char *body, long n) {
    static const char first[] = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ";
    char head[160], digits[24];
    long at = 0, d = 0, left = n;
    for (const char *s = first; *s; s++) head[at++] = *s;
    do digits[d++] = '0' + left % 10; while (left /= 10);
    while (d) head[at++] = digits[--d];
    for (const char *s = "\r\n\r\n"; *s; s++) head[at++] = *s;
    struct iovec parts[2] = {{head, at}, {body, n}};
    long sent = writev(fd, parts, 2);
    return sent < at ? -1 : send_all(fd, body + (sent - at), n - (sent - at));
}

static void serve(int fd) {
    long have = 0;
    for (;;) {
        long head = 0, body = 0;
        while (!(head = head_length(buffer, have < HEAD_MAX ? have : HEAD_MAX)) || have < head + (body = content_length(buffer, head))) {
            if (body > BODY_MAX || (!head && have >= HEAD_MAX)) return;
            long r = read(fd, buffer + have, sizeof buffer - have);
            if (r <= 0) return;
            have += r;
        }
        if (answer(fd, buffer + head, body)) return;
        have -= head + body;
        for (long i = 0; i < have; i++) buffer[i] = buffer[head + body + i];
    }
}

int main(int argc, char **argv, char **env) {
    static const char name[] = "FC_SERVER_PORT=";
    int on = 1, port = 9000;
    (void)argc, (void)argv;
    for (; *env; env++) {
        unsigned long k = 0;
        while (k < sizeof name - 1 && (*env)[k] == name[k]) k++;
        if (k == sizeof name - 1) port = (int)number(*env + k);
    }
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted sockets inherit it */
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 1024)) return 1;
    for (;;) {
        int fd = accept(listener, 0, 0);
        if (fd < 0) return 1;
        serve(fd);
        close(fd);
    }
}
