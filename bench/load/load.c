/* A light load client: one thread, epoll, raw sockets. It plays connections and lanes that a plan describes.

   usage: load PLAN            commands come on standard input, one JSON line answers each on standard output

The plan, a line each; bytes are written with \n \r \t \\ \xHH:
   port N                      where the connections after this go, on 127.0.0.1
   mark own BYTES              what counts as an answer to the sender
   mark each BYTES             what counts as a delivery to a receiver
   reply BYTES BYTES           seen the first, send the second at once (pings); a space in them is \x20
   hangup                      whose close was answered ends the TCP connection, where the server leaves that to them
   conn ws|raw [later]         a new connection, numbered from 0; `later`: another one's script starts it
     send BYTES                its script: raw bytes to send at once
     text BYTES                a WebSocket text frame to send (a plain line on a raw connection)
     wait BYTES                until this has been received
     then N                    start connection N
     end                       close this connection: it has done its work
   lane FROM FIRST COUNT OWN EACH   a unit of work is sent on connection FROM; it is done when that one got OWN marks
                               and connections FIRST … FIRST+COUNT-1 together got EACH marks
     unit BYTES                what is sent, framed as the connection is; several units take turns
     part BYTES                more of the same unit, sent in the same write
     count START STEP          what ######## in a unit becomes, from START on
The commands:
   watch PID …                 whose CPU is measured (user + system, all threads)
   open CONCURRENCY [PER_SECOND]   open all connections, so many at a time, and no more than so many a second
   closed WINDOW WARM SECONDS  every lane keeps WINDOW units under way
   rate PER_SECOND WARM SECONDS   units leave by the clock, lane after lane; latency counts from when they were due
   rounds WARM N               lane 0 sends N units, one after the other
   hold SECONDS                read, answer pings, do nothing else
   close                       close every connection (WebSocket: with 1000, and wait for the answer)
   leave FIRST COUNT [PER_SECOND]   the same for some
`seen` in every answer counts the `each` marks that have come on connections of no lane since the beginning.
A `closed` or `rate` run ends by waiting for what is under way, so nothing is lost unseen. */

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
#include <time.h>
#include <unistd.h>

typedef struct { char *p; size_t n; } bytes;
typedef struct { char kind; bytes data; int target; } step;                     /* kind: s(end) t(ext) w(ait) n(ext) e(nd) */
typedef struct { bytes *parts; int count; } unit;
typedef struct {
    int fd, lane, ws, later, port, state;                                      /* 0 idle 1 connecting 2 script 3 open 4 closing 5 gone 6 ended */
    int script, steps, at;
    char *tail; uint32_t kept;                                                 /* the last bytes, where a mark may have begun */
    char *out; size_t unsent;
    uint64_t received;
} conn;
typedef struct {
    int from, first, count;
    long own, each;
    unit *units; int unit_count, turn;
    long long next, step;
    long got_own, got_each, sent, done;
    uint64_t *begun; int head, queued;
} lane;

#define MAX_WINDOW 4096
static conn *conns; static int conn_count;
static lane *lanes; static int lane_count;
static step *steps; static int step_count;
static bytes mark_own, mark_each, reply_seen[8], reply_sent[8];
static int replies, hangup, port, epoll, pids[256], pid_count, opened, failed, gone;
static size_t longest = 1;
static uint64_t *latencies; static size_t latency_count, latency_room;
static int measuring, refill, shaking; static long total_done, seen_apart;                   /* `shaking`: connections within their script */
static char scratch[1 << 20];

static void die(const char *what) { fprintf(stderr, "load: %s\n", what); exit(2); }
static void *grow(void *p, size_t n) { p = realloc(p, n); if (!p) die("out of memory"); return p; }
static uint64_t nanos(clockid_t which) { struct timespec t; clock_gettime(which, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }
static uint64_t now(void) { return nanos(CLOCK_MONOTONIC); }

/* CPU time of the watched processes, in nanoseconds. */
static uint64_t watched(void) {
    uint64_t sum = 0;
    for (int i = 0; i < pid_count; i++) { clockid_t clock; if (clock_getcpuclockid(pids[i], &clock) == 0) sum += nanos(clock); }
    return sum;
}
static long resident(void) {
    long sum = 0;
    for (int i = 0; i < pid_count; i++) {
        char path[64], line[256]; snprintf(path, sizeof path, "/proc/%d/status", pids[i]);
        FILE *file = fopen(path, "r"); if (!file) continue;
        while (fgets(line, sizeof line, file)) if (!strncmp(line, "VmRSS:", 6)) sum += atol(line + 6);
        fclose(file);
    }
    return sum;
}

static bytes unescape(const char *s, size_t n) {
    bytes b = { grow(NULL, n + 1), 0 };
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        if (c == '\\' && i + 1 < n) {
            c = s[++i];
            if (c == 'n') c = '\n'; else if (c == 'r') c = '\r'; else if (c == 't') c = '\t';
            else if (c == 'x' && i + 2 < n) { char hex[3] = { s[i + 1], s[i + 2], 0 }; c = (char)strtol(hex, NULL, 16); i += 2; }
        }
        b.p[b.n++] = c;
    }
    b.p[b.n] = 0;
    return b;
}
static bytes mark(const char *s, size_t n) { bytes b = unescape(s, n); if (b.n > longest) longest = b.n; return b; }

/* Sending. */

static void want(conn *c, int i, uint32_t events) { struct epoll_event e = { .events = events, .data.u32 = (uint32_t)i }; epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e); }
static void forget(conn *c) { close(c->fd); free(c->tail); free(c->out); c->tail = c->out = NULL; c->kept = 0; c->unsent = 0; }
static void lost(conn *c, const char *why) {
    if (c->state >= 5) return;
    if (c->state != 4) { if (!failed) fprintf(stderr, "load: connection %ld lost (%s, state %d)\n", (long)(c - conns), why, c->state); failed++; }
    if (c->state == 1 || c->state == 2) shaking--;
    c->state = 5; gone++; forget(c);
}
static void put(conn *c, const char *p, size_t n) {
    if (c->state >= 5 || c->state < 2) return;
    if (!c->unsent) {
        ssize_t w = write(c->fd, p, n);
        if (w < 0) { if (errno != EAGAIN) { lost(c, strerror(errno)); return; } w = 0; }
        if ((size_t)w == n) return;
        p += w; n -= (size_t)w;
    }
    c->out = grow(c->out, c->unsent + n); memcpy(c->out + c->unsent, p, n); c->unsent += n;
    want(c, (int)(c - conns), EPOLLIN | EPOLLOUT);
}
static void put_rest(conn *c) {
    ssize_t w = write(c->fd, c->out, c->unsent);
    if (w < 0) { if (errno != EAGAIN) lost(c, strerror(errno)); return; }
    c->unsent -= (size_t)w; memmove(c->out, c->out + w, c->unsent);
    if (!c->unsent) want(c, (int)(c - conns), EPOLLIN);
}
static size_t frame(char *to, const char *p, size_t n, int first) {
    static uint32_t seed = 0x9e3779b9u;
    size_t h = 2;
    to[0] = (char)first;
    if (n < 126) to[1] = (char)(0x80 | n);
    else { to[1] = (char)(0x80 | 126); to[2] = (char)(n >> 8); to[3] = (char)n; h = 4; }
    seed = seed * 1664525u + 1013904223u;
    memcpy(to + h, &seed, 4); h += 4;
    for (size_t i = 0; i < n; i++) to[h + i] = p[i] ^ to[h - 4 + (i & 3)];
    return h + n;
}
static void put_text(conn *c, const char *p, size_t n) {
    char buffer[70000];
    if (c->ws) put(c, buffer, frame(buffer, p, n, 0x81)); else put(c, p, n);
}

static void send_unit(lane *l, uint64_t due) {
    static char buffer[1 << 18]; char text[66000];
    conn *c = &conns[l->from];
    unit *u = &l->units[l->turn];
    size_t size = 0;
    if (l->queued == MAX_WINDOW) die("more under way than fits");
    l->begun[(l->head + l->queued++) % MAX_WINDOW] = due;
    l->sent++;
    l->turn = (l->turn + 1) % l->unit_count;
    for (int i = 0; i < u->count; i++) {
        bytes b = u->parts[i]; char *hole;
        memcpy(text, b.p, b.n);
        if ((hole = memmem(text, b.n, "########", 8))) { char digits[24]; snprintf(digits, sizeof digits, "%08lld", l->next); memcpy(hole, digits, 8); }
        if (c->ws) size += frame(buffer + size, text, b.n, 0x81); else { memcpy(buffer + size, text, b.n); size += b.n; }
    }
    l->next += l->step;
    put(c, buffer, size);
}
static void settle(lane *l) {
    while (l->queued && l->got_own >= l->own && l->got_each >= l->each) {
        uint64_t begun = l->begun[l->head];
        l->got_own -= l->own; l->got_each -= l->each;
        l->head = (l->head + 1) % MAX_WINDOW; l->queued--; l->done++; total_done++;
        if (measuring) {
            if (latency_count == latency_room) latencies = grow(latencies, (latency_room = latency_room ? latency_room * 2 : 1 << 16) * sizeof *latencies);
            latencies[latency_count++] = now() - begun;
        }
        if (refill) send_unit(l, now());
    }
}

/* Receiving. */

static int *receiver_lane;      /* connection → the lane whose receiver it is, or -1 */

static long marks_in(const char *p, size_t n, size_t old, bytes m) {
    long found = 0; const char *at = p, *end = p + n;
    while (m.n && (at = memmem(at, (size_t)(end - at), m.p, m.n))) { if ((size_t)(at - p) + m.n > old) found++; at += m.n; }
    return found;
}
static void run_script(conn *c);
static void take(conn *c, size_t n, size_t old) {
    int i = (int)(c - conns);
    if (hangup && c->state == 4 && memmem(scratch, n, "\x88\x02\x03\xe8", 4)) { lost(c, "end"); return; }
    for (int k = 0; k < replies; k++) for (long seen = marks_in(scratch, n, old, reply_seen[k]); seen > 0; seen--) put(c, reply_sent[k].p, reply_sent[k].n);
    size_t from = 0;                                                            /* what the script has waited for is behind this */
    while (c->state == 2) {
        bytes m = steps[c->script + c->at].data; char *at = memmem(scratch + from, n - from, m.p, m.n);
        if (!at) break;
        from = (size_t)(at - scratch) + m.n; if (from > old) old = from;
        c->at++; run_script(c);
    }
    if (c->state == 3) {
        lane *sender = c->lane >= 0 ? &lanes[c->lane] : NULL;
        lane *receiver = receiver_lane && receiver_lane[i] >= 0 ? &lanes[receiver_lane[i]] : NULL;
        if (sender && sender->own) { sender->got_own += marks_in(scratch + from, n - from, old - from, mark_own); settle(sender); }
        if (!sender && !receiver) seen_apart += marks_in(scratch + from, n - from, old - from, mark_each);
        if (receiver && receiver->each) { receiver->got_each += marks_in(scratch + from, n - from, old - from, mark_each); settle(receiver); }
    }
    if (c->state >= 5) return;
    n -= from; memmove(scratch, scratch + from, from ? n : 0);
    size_t keep = n < longest - 1 ? n : longest - 1;
    if (keep) { if (!c->tail) c->tail = grow(NULL, longest); memcpy(c->tail, scratch + n - keep, keep); }
    c->kept = (uint32_t)keep;
}
static void receive(conn *c) {
    size_t old = c->kept;
    if (old) memcpy(scratch, c->tail, old);
    ssize_t n = read(c->fd, scratch + old, sizeof scratch - old - 1);
    if (n == 0) { lost(c, "end"); return; }
    if (n < 0) { if (errno != EAGAIN) lost(c, strerror(errno)); return; }
    c->received += (uint64_t)n;
    take(c, old + (size_t)n, old);
}
static void start(int i) {
    conn *c = &conns[i];
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)c->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) die(strerror(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->state = 1; c->at = 0; c->kept = 0; shaking++;
    if (connect(c->fd, (struct sockaddr *)&a, sizeof a) < 0 && errno != EINPROGRESS) { lost(c, strerror(errno)); return; }
    struct epoll_event e = { .events = EPOLLOUT, .data.u32 = (uint32_t)i };
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
}
static void run_script(conn *c) {
    while (c->at < c->steps) {
        step *s = &steps[c->script + c->at];
        if (s->kind == 'w') return;
        if (s->kind == 's') put(c, s->data.p, s->data.n);
        else if (s->kind == 't') put_text(c, s->data.p, s->data.n);
        else if (s->kind == 'e') { c->state = 6; opened++; shaking--; forget(c); return; }
        else start(s->target);
        c->at++;
    }
    if (c->state == 2) { c->state = 3; opened++; shaking--; }
}
static int pump(int timeout) {
    static struct epoll_event events[1024];
    int n = epoll_wait(epoll, events, 1024, timeout), command = 0;
    for (int k = 0; k < n; k++) {
        uint32_t i = events[k].data.u32;
        if (i == UINT32_MAX) { command = 1; continue; }
        conn *c = &conns[i];
        if (c->state == 0 || c->state >= 5) continue;
        if (c->state == 1) {
            int error = 0; socklen_t size = sizeof error;
            getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
            if (error) { lost(c, strerror(error)); continue; }
            c->state = 2; want(c, (int)i, EPOLLIN); run_script(c);
            continue;
        }
        if (events[k].events & EPOLLOUT) put_rest(c);
        if (c->state < 5 && events[k].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
    }
    return command;
}

/* Commands. */

static uint64_t begun_at, cpu_at, own_at;
static void begin(void) { latency_count = 0; total_done = 0; begun_at = now(); cpu_at = watched(); own_at = nanos(CLOCK_PROCESS_CPUTIME_ID); }
static int by_size(const void *a, const void *b) { uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b; return x < y ? -1 : x > y; }
static uint64_t begun_end, cpu_end, own_end;
static void end(void) { begun_end = now(); cpu_end = watched(); own_end = nanos(CLOCK_PROCESS_CPUTIME_ID); }
static void report(long units) {
    double seconds = (double)(begun_end - begun_at) / 1e9;
    qsort(latencies, latency_count, sizeof *latencies, by_size);
    printf("{\"units\":%ld,\"seconds\":%.6f,\"cpu\":%.9f,\"own\":%.6f,\"rss_kb\":%ld,\"opened\":%d,\"failed\":%d,\"seen\":%ld", units, seconds,
           (double)(cpu_end - cpu_at) / 1e9, (double)(own_end - own_at) / 1e9, resident(), opened, failed, seen_apart);
    if (latency_count) printf(",\"p50_ms\":%.4f,\"p99_ms\":%.4f,\"max_ms\":%.4f", (double)latencies[latency_count / 2] / 1e6,
           (double)latencies[latency_count * 99 / 100] / 1e6, (double)latencies[latency_count - 1] / 1e6);
    printf("}\n"); fflush(stdout);
}
static void pump_until(uint64_t until) { for (;;) { uint64_t t = now(); if (t >= until) return; uint64_t left = (until - t) / 1000000; pump(left > 100 ? 100 : left < 1 ? 1 : (int)left); } }
static int under_way(void) { for (int i = 0; i < lane_count; i++) if (lanes[i].queued) return 1; return 0; }
static void drain(void) { uint64_t until = now() + 20000000000ull; while (under_way()) { if (now() > until) die("units under way were never answered"); pump(100); } }

/* When the unit numbered so falls due, if there are so many a second; 0 is at once. */
static uint64_t due_at(long number, double per_second) { return per_second > 0 ? begun_at + (uint64_t)((double)number / per_second * 1e9) : 0; }
static void do_open(int concurrency, double per_second) {
    int next = 0, before = -1; long started = 0;
    uint64_t last = now();
    begin();
    while (opened + gone < conn_count) {
        for (; next < conn_count && shaking < concurrency; next++) {
            if (conns[next].later || conns[next].state) continue;
            if (now() < due_at(started, per_second)) break;
            start(next); started++;
        }
        pump(per_second > 0 ? 1 : 1000);
        if (opened + gone != before) { before = opened + gone; last = now(); }
        else if (now() - last > 60000000000ull) die("opening does not go on");
    }
    end(); report(opened);
}
static void do_closed(int window, double warm, double seconds) {
    measuring = 0; refill = 1;
    for (int w = 0; w < window; w++) for (int i = 0; i < lane_count; i++) send_unit(&lanes[i], now());
    pump_until(now() + (uint64_t)(warm * 1e9));
    begin(); measuring = 1;
    pump_until(now() + (uint64_t)(seconds * 1e9));
    end(); long units = total_done; measuring = 0; refill = 0;
    drain(); report(units);
}
static void do_rate(double rate, double warm, double seconds) {
    uint64_t first = now(), from = first + (uint64_t)(warm * 1e9), until = from + (uint64_t)(seconds * 1e9), number = 0;
    int turn = 0, started = 0;
    measuring = 0; refill = 0;
    for (;;) {
        uint64_t t = now();
        if (!started && t >= from) { begin(); measuring = 1; started = 1; }
        if (t >= until) break;
        uint64_t due = first + (uint64_t)((double)number / rate * 1e9);
        if (t >= due) { send_unit(&lanes[turn], due); turn = (turn + 1) % lane_count; number++; continue; }
        struct timespec left = { 0, (long)(due - t > 1000000 ? 1000000 : due - t) };
        fd_set set; FD_ZERO(&set); FD_SET(epoll, &set);
        if (pselect(epoll + 1, &set, NULL, NULL, &left, NULL) > 0) pump(0);
    }
    end(); long units = total_done; drain(); measuring = 0; report(units);
}
static void do_rounds(long warm, long rounds) {
    lane *l = &lanes[0];
    measuring = 0; refill = 0;
    for (long i = 0; i < warm + rounds; i++) {
        if (i == warm) { begin(); measuring = 1; }
        send_unit(l, now());
        uint64_t until = now() + 20000000000ull;
        while (l->queued) { if (now() > until) die("a round was never answered"); pump(1000); }
    }
    end(); measuring = 0; report(rounds);
}
static void do_close(int first, int count, double per_second) {
    static const char word[2] = { 3, (char)0xe8 };
    begin();
    for (int i = first; i < first + count; i++) {
        conn *c = &conns[i];
        while (now() < due_at(i - first, per_second)) pump(1);
        if (c->state != 3) continue;
        if (c->ws) { char buffer[16]; put(c, buffer, frame(buffer, word, 2, 0x88)); if (c->state == 3) c->state = 4; }
        else { c->state = 4; lost(c, ""); }
    }
    uint64_t until = now() + 10000000000ull;
    for (;;) { int left = 0; for (int i = first; i < first + count; i++) left += conns[i].state == 4; if (!left) break; if (now() > until) die("a close was not answered"); pump(100); }
    for (int i = first; i < first + count; i++) if (conns[i].state == 5) { conns[i].state = 0; opened--; gone--; }
    end(); report(count);
}

static void read_plan(const char *path) {
    FILE *file = fopen(path, "r"); char *line = NULL; size_t room = 0; ssize_t n;
    if (!file) die("the plan cannot be read");
    while ((n = getline(&line, &room, file)) > 0) {
        if (line[n - 1] == '\n') line[--n] = 0;
        char *rest = strchr(line, ' '); size_t left = 0;
        if (rest) { *rest++ = 0; left = (size_t)(n - (rest - line)); } else rest = line + n;
        conn *c = conn_count ? &conns[conn_count - 1] : NULL; lane *l = lane_count ? &lanes[lane_count - 1] : NULL;
        if (!*line) continue;
        if (!strcmp(line, "port")) port = atoi(rest);
        else if (!strcmp(line, "hangup")) hangup = 1;
        else if (!strcmp(line, "mark")) { char *b = strchr(rest, ' ') + 1; if (*rest == 'o') mark_own = mark(b, left - (size_t)(b - rest)); else mark_each = mark(b, left - (size_t)(b - rest)); }
        else if (!strcmp(line, "reply")) { char *b = strchr(rest, ' '); reply_seen[replies] = mark(rest, (size_t)(b - rest)); reply_sent[replies++] = unescape(b + 1, left - (size_t)(b + 1 - rest)); }
        else if (!strcmp(line, "conn")) {
            if ((conn_count & 1023) == 0) conns = grow(conns, (size_t)(conn_count + 1024) * sizeof *conns);
            conns[conn_count++] = (conn){ .lane = -1, .ws = !strncmp(rest, "ws", 2), .later = strstr(rest, "later") != NULL, .port = port, .script = step_count };
        } else if (!strcmp(line, "send") || !strcmp(line, "text") || !strcmp(line, "wait") || !strcmp(line, "then") || !strcmp(line, "end")) {
            if ((step_count & 1023) == 0) steps = grow(steps, (size_t)(step_count + 1024) * sizeof *steps);
            step s = { line[0] == 's' ? 's' : line[0] == 'w' ? 'w' : line[0] == 'e' ? 'e' : line[1] == 'h' ? 'n' : 't', { 0, 0 }, 0 };
            if (s.kind == 'n') s.target = atoi(rest); else s.data = s.kind == 'w' ? mark(rest, left) : unescape(rest, left);
            steps[step_count++] = s; c->steps++;
        } else if (!strcmp(line, "lane")) {
            if ((lane_count & 1023) == 0) lanes = grow(lanes, (size_t)(lane_count + 1024) * sizeof *lanes);
            lane new = { .step = 1, .begun = grow(NULL, MAX_WINDOW * sizeof(uint64_t)) };
            if (sscanf(rest, "%d %d %d %ld %ld", &new.from, &new.first, &new.count, &new.own, &new.each) != 5) die("lane FROM FIRST COUNT OWN EACH");
            lanes[lane_count++] = new;
        } else if (!strcmp(line, "unit")) { l->units = grow(l->units, (size_t)(l->unit_count + 1) * sizeof(unit)); l->units[l->unit_count++] = (unit){ grow(NULL, sizeof(bytes)), 1 }; l->units[l->unit_count - 1].parts[0] = unescape(rest, left); }
        else if (!strcmp(line, "part")) { unit *u = &l->units[l->unit_count - 1]; u->parts = grow(u->parts, (size_t)(u->count + 1) * sizeof(bytes)); u->parts[u->count++] = unescape(rest, left); }
        else if (!strcmp(line, "count")) sscanf(rest, "%lld %lld", &l->next, &l->step);
        else die(line);
    }
    free(line); fclose(file);
    receiver_lane = grow(NULL, (size_t)(conn_count + 1) * sizeof *receiver_lane);
    for (int i = 0; i < conn_count; i++) receiver_lane[i] = -1;
    for (int i = 0; i < lane_count; i++) {
        conns[lanes[i].from].lane = i;
        for (int k = 0; k < lanes[i].count; k++) receiver_lane[lanes[i].first + k] = i;
    }
}

int main(int argc, char **argv) {
    struct rlimit files = { 1 << 20, 1 << 20 }; struct epoll_event e = { .events = EPOLLIN, .data.u32 = UINT32_MAX };
    char line[4096];
    if (argc != 2) die("usage: load PLAN");
    if (setrlimit(RLIMIT_NOFILE, &files) < 0) { getrlimit(RLIMIT_NOFILE, &files); files.rlim_cur = files.rlim_max; setrlimit(RLIMIT_NOFILE, &files); }
    signal(SIGPIPE, SIG_IGN);
    epoll = epoll_create1(0);
    read_plan(argv[1]);
    epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &e);
    setvbuf(stdin, NULL, _IONBF, 0);
    for (;;) {
        double a = 0, b = 0, c = 0; char word[32] = "";
        epoll_ctl(epoll, EPOLL_CTL_MOD, 0, &e);
        while (!pump(1000)) ;
        if (!fgets(line, sizeof line, stdin)) return 0;
        struct epoll_event quiet = { .events = 0, .data.u32 = UINT32_MAX };
        epoll_ctl(epoll, EPOLL_CTL_MOD, 0, &quiet);
        sscanf(line, "%31s %lf %lf %lf", word, &a, &b, &c);
        if (!strcmp(word, "watch")) { char *at = line + 5; pid_count = 0; while (*(at += strspn(at, " \n"))) { if (pid_count < 256) pids[pid_count++] = atoi(at); at += strcspn(at, " \n"); } printf("{}\n"); fflush(stdout); }
        else if (!strcmp(word, "open")) do_open((int)a, b);
        else if (!strcmp(word, "closed")) do_closed((int)a, b, c);
        else if (!strcmp(word, "rate")) do_rate(a, b, c);
        else if (!strcmp(word, "rounds")) do_rounds((long)a, (long)b);
        else if (!strcmp(word, "hold")) { begin(); pump_until(now() + (uint64_t)(a * 1e9)); end(); report(0); }
        else if (!strcmp(word, "close")) do_close(0, conn_count, 0);
        else if (!strcmp(word, "leave")) do_close((int)a, (int)b, c);
        else die(line);
    }
}
