/* The floor: what the kernel asks for the same bytes. A single-threaded epoll server that knows no people and no rules:
   it unmasks a frame, looks for a word in it and writes ready-made frames, one write(2) each unless it says otherwise.

   usage: floor PORT LOG ANSWERS
   LOG gets what "send_message" and "read" bring, with fdatasync(2) before anything is answered; all frames that were
   ready at once share one sync.
   ANSWERS has a line each, NAME PAYLOAD: hello, message_sent, new_message, unread_message, typing, messages_read,
   unread_changed, status, step, rest.
   A connection says who it is by "Bearer floor_N"; N and N^1 are peers. A frame with "chat_id":9 goes to everybody
   else. Anything but an upgrade gets the payload `rest` as JSON; POST /status/… tells everybody else `status` and
   `step` in one write. "status_of":N does so for those numbered below N, and does it again when the socket closes. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 120000
#define LONGEST (1 << 20)
typedef struct { char p[LONGEST]; size_t n; } frame;
enum { HELLO, SENT, NEW, UNREAD, TYPING, READ, CHANGED, STATUS, STEP, REST, KINDS };
static const char *names[KINDS] = { "hello", "message_sent", "new_message", "unread_message", "typing", "messages_read", "unread_changed", "status", "step", "rest" };
static frame frames[KINDS], pair, change, rest;
static int sockets[MOST], by_number[MOST], number_of[MOST], is_ws[MOST], audience[MOST], count;
static struct { int fd, kind; } waiting[65536];
static int waits, journal;

static void say(int fd, const frame *f) { if (write(fd, f->p, f->n) != (ssize_t)f->n && errno != EPIPE && errno != ECONNRESET) perror("floor: write"); }
static void say_all(int but, const frame *f) { for (int i = 0; i < count; i++) if (sockets[i] != but && is_ws[sockets[i]]) say(sockets[i], f); }

static void tell_change(int fd) { for (int i = 0; i < audience[fd]; i++) if (by_number[i] && by_number[i] != fd) say(by_number[i], &change); }
static void answer_durable(void) {
    if (!waits) return;
    if (fdatasync(journal)) perror("floor: fdatasync");
    for (int i = 0; i < waits; i++) {
        int fd = waiting[i].fd, peer = by_number[number_of[fd] ^ 1];
        if (waiting[i].kind == SENT) { say(fd, &frames[SENT]); if (peer) say(peer, &pair); }
        else { say(fd, &frames[CHANGED]); if (peer) say(peer, &frames[READ]); }
    }
    waits = 0;
}
static void take(int fd, const char *text, size_t n) {
    const char *of;
    int all = memmem(text, n, "\"chat_id\":9,", 12) || memmem(text, n, "\"chat_id\":9}", 12);
    if (memmem(text, n, "send_message", 12) || memmem(text, n, "\"read\"", 6)) {
        if (write(journal, text, n) != (ssize_t)n) perror("floor: journal");
        waiting[waits].fd = fd; waiting[waits++].kind = memmem(text, n, "\"read\"", 6) ? READ : SENT;
        if (waits == 65536) answer_durable();
    } else if (memmem(text, n, "typing", 6)) {
        if (all) say_all(fd, &frames[TYPING]); else if (by_number[number_of[fd] ^ 1]) say(by_number[number_of[fd] ^ 1], &frames[TYPING]);
    } else if ((of = memmem(text, n, "status_of\":", 11))) { audience[fd] = atoi(of + 11); tell_change(fd); }
}
static void gone(int fd) {
    for (int i = 0; i < count; i++) if (sockets[i] == fd) { sockets[i] = sockets[--count]; break; }
    if (by_number[number_of[fd]] == fd) by_number[number_of[fd]] = 0;
    tell_change(fd); audience[fd] = 0;
    close(fd);
}
static void request(int fd, char *b, size_t n) {
    static const char *yes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    char *who = memmem(b, n, "floor_", 6);
    if (who) number_of[fd] = atoi(who + 6);
    if (memmem(b, n, "pgrade: ", 8)) {
        static frame f; f.n = strlen(yes); memcpy(f.p, yes, f.n); memcpy(f.p + f.n, frames[HELLO].p, frames[HELLO].n); f.n += frames[HELLO].n;
        is_ws[fd] = 1; by_number[number_of[fd]] = fd; say(fd, &f);
    } else {
        if (!strncmp(b, "POST /status", 12)) say_all(fd, &change);
        say(fd, &rest);
    }
}
static void receive(int fd) {
    static char b[1 << 20];
    ssize_t r = read(fd, b, sizeof b - 1);
    if (r <= 0) { if (r < 0 && errno == EAGAIN) return; gone(fd); return; }
    b[r] = 0;
    if (!is_ws[fd]) { request(fd, b, (size_t)r); return; }
    for (ssize_t o = 0; o + 6 <= r;) {
        unsigned char *h = (unsigned char *)b + o; size_t n = h[1] & 127, skip = 2;
        if (n == 126) { n = (size_t)h[2] << 8 | h[3]; skip = 4; }
        char *mask = b + o + skip, *text = mask + 4;
        for (size_t i = 0; i < n; i++) text[i] ^= mask[i & 3];
        if ((h[0] & 15) == 8) { static const char bye[4] = { (char)0x88, 2, 3, (char)0xe8 }; if (write(fd, bye, 4) < 0) perror("floor: close"); gone(fd); return; }
        if ((h[0] & 15) == 1) take(fd, text, n);
        o += (ssize_t)(skip + 4 + n);
    }
}
static void make(frame *f, const char *p, size_t n) {
    f->p[0] = (char)0x81;
    if (n < 126) { f->p[1] = (char)n; f->n = 2; } else { f->p[1] = 126; if (n > 65535) return; f->p[2] = (char)(n >> 8); f->p[3] = (char)n; f->n = 4; }
    memcpy(f->p + f->n, p, n); f->n += n;
}
static void read_answers(const char *path) {
    static char line[LONGEST / 2]; FILE *file = fopen(path, "r");
    if (!file) { perror(path); exit(2); }
    while (fgets(line, sizeof line, file)) {
        char *rest_ = strchr(line, ' '); size_t n;
        if (!rest_) continue;
        *rest_++ = 0; n = strcspn(rest_, "\n");
        for (int k = 0; k < KINDS; k++) if (!strcmp(names[k], line)) make(&frames[k], rest_, n);
        if (!strcmp(line, "rest")) { rest_[n] = 0; rest.n = (size_t)snprintf(rest.p, sizeof rest.p, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", n, rest_); }
    }
    fclose(file);
    memcpy(change.p, frames[STATUS].p, frames[STATUS].n); memcpy(change.p + frames[STATUS].n, frames[STEP].p, frames[STEP].n); change.n = frames[STATUS].n + frames[STEP].n;
    memcpy(pair.p, frames[NEW].p, frames[NEW].n); memcpy(pair.p + frames[NEW].n, frames[UNREAD].p, frames[UNREAD].n); pair.n = frames[NEW].n + frames[UNREAD].n;
}
int main(int argc, char **argv) {
    static struct epoll_event events[4096];
    struct rlimit files = { 1 << 20, 1 << 20 }; int one = 1;
    if (argc != 4) { fprintf(stderr, "usage: floor PORT LOG ANSWERS\n"); return 2; }
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_NOFILE, &files);
    read_answers(argv[3]);
    journal = open(argv[2], O_CREAT | O_WRONLY | O_APPEND, 0600);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), epoll = epoll_create1(0);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (journal < 0 || bind(listener, (struct sockaddr *)&a, sizeof a) || listen(listener, 4096)) { perror("floor"); return 2; }
    struct epoll_event e = { .events = EPOLLIN, .data.fd = listener };
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
    printf("ready\n"); fflush(stdout);
    for (;;) {
        int n = epoll_wait(epoll, events, 4096, -1);
        for (int k = 0; k < n; k++) {
            int fd = events[k].data.fd;
            if (fd != listener) { receive(fd); continue; }
            while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                if (fd >= MOST) { close(fd); continue; }
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                is_ws[fd] = audience[fd] = 0; sockets[count++] = fd;
                struct epoll_event x = { .events = EPOLLIN, .data.fd = fd };
                epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &x);
            }
        }
        answer_durable();
    }
}
