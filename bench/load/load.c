/* An HTTP/1.1 load generator: prepared requests over keep-alive connections, closed or open loop.
 *
 *   load host=127.0.0.1 port=8080 file=requests.bin connections=64 seconds=5 warmup=1 rate=0
 *
 * file: the requests, each as a 32-bit little-endian length and its bytes, sent in turn and again from the start.
 * rate: 0 is the closed loop: each connection sends its next request when the last one is answered.
 *       Otherwise requests are due evenly spaced at `rate` a second, whatever the server does, and a latency counts
 *       from the moment its request was due: a server that stalls is charged for everybody it made wait.
 * Prints "begin" when the warm-up is over, "end" when the time is, and then one line of JSON. Times are microseconds; `timeline`
 * has p50, p99 and the longest of the requests that were due in each second.
 * load.py does the same in Python, for machines without a C compiler.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 4096, ANSWER_BYTES = 8192 };
static const int64_t GRACE_NS = 5000000000LL; /* how long the last answers are waited for */

struct request { const char *bytes; uint32_t length; };
struct sample { uint32_t second, us; };
struct connection { int fd; int busy; int64_t due; size_t got; char answer[ANSWER_BYTES]; };

static struct request *requests;
static size_t request_count, next_request;
static struct connection connections[MOST_CONNECTIONS];
static int idle[MOST_CONNECTIONS], idle_count;
static struct sockaddr_in address;
static int epoll_fd;

static struct sample *latencies, *lateness; /* lateness: from due to sent */
static size_t latency_count, lateness_count, capacity;
static int64_t measure_from, measure_until;
static long long ok, refused, broken, done_in_window;

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "wrong");
    exit(1);
}

/* Note how long it took what was due at `due`, where that lies in the measured time. */
static void record(struct sample *samples, size_t *count, int64_t due, int64_t ns)
{
    if (due >= measure_from && due < measure_until && *count < capacity)
        samples[(*count)++] = (struct sample){(uint32_t)((due - measure_from) / 1000000000LL), (uint32_t)(ns / 1000)};
}

static void connect_to_server(int index)
{
    struct connection *c = &connections[index];
    int one = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0)
        die("cannot connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0)
        die("epoll");
    c->got = 0;
    c->busy = 0;
    idle[idle_count++] = index;
}

static void finished(int index, int64_t now, int status)
{
    struct connection *c = &connections[index];
    if (status >= 200 && status < 300) ok++;
    else if (status) refused++;
    else broken++;
    record(latencies, &latency_count, c->due, now - c->due);
    if (status && now >= measure_from && now < measure_until)
        done_in_window++;
}

static void reconnect(int index, int64_t now)
{
    if (connections[index].busy)
        finished(index, now, 0);
    for (int i = 0; i < idle_count; i++)
        if (idle[i] == index) { idle[i] = idle[--idle_count]; break; }
    close(connections[index].fd);
    connect_to_server(index);
}

static void send_next(int64_t due, int64_t now)
{
    int index = idle[--idle_count];
    struct connection *c = &connections[index];
    const struct request *r = &requests[next_request];
    size_t sent = 0;
    next_request = next_request + 1 == request_count ? 0 : next_request + 1;
    c->busy = 1;
    c->due = due;
    record(lateness, &lateness_count, due, now - due);
    while (sent < r->length) {
        ssize_t n = send(c->fd, r->bytes + sent, r->length - sent, MSG_NOSIGNAL);
        if (n <= 0) { reconnect(index, now); return; }
        sent += (size_t)n;
    }
}

/* Return the status once the whole answer is here, 0 while it is not, -1 where it is no HTTP. */
static int whole_answer(struct connection *c)
{
    char *end, *line;
    long length = 0;
    c->answer[c->got] = 0;
    end = strstr(c->answer, "\r\n\r\n");
    if (!end) return c->got >= ANSWER_BYTES - 1 ? -1 : 0;
    if (strncmp(c->answer, "HTTP/1.1 ", 9) != 0) return -1;
    for (line = strstr(c->answer, "\r\n"); line && line < end; line = strstr(line + 2, "\r\n"))
        if (!strncasecmp(line + 2, "content-length:", 15)) length = atol(line + 17);
    if ((size_t)(end + 4 - c->answer) + (size_t)length > ANSWER_BYTES - 1) return -1;
    return c->got >= (size_t)(end + 4 - c->answer) + (size_t)length ? atoi(c->answer + 9) : 0;
}

static void receive(int index)
{
    struct connection *c = &connections[index];
    ssize_t n = recv(c->fd, c->answer + c->got, ANSWER_BYTES - 1 - c->got, MSG_DONTWAIT);
    int64_t now = now_ns();
    int status;
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) { reconnect(index, now); return; }
    c->got += (size_t)n;
    status = whole_answer(c);
    if (status == 0) return;
    if (status < 0 || !c->busy) { reconnect(index, now); return; }
    finished(index, now, status);
    c->busy = 0;
    c->got = 0;
    idle[idle_count++] = index;
}

static void read_requests(const char *path)
{
    struct stat info;
    FILE *file = fopen(path, "rb");
    char *all;
    size_t at = 0;
    if (!file || fstat(fileno(file), &info) < 0) die(path);
    all = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fileno(file), 0);
    if (all == MAP_FAILED) die(path);
    fclose(file);
    while (at + 4 <= (size_t)info.st_size) {
        uint32_t length;
        memcpy(&length, all + at, 4);
        if (request_count % 65536 == 0)
            requests = realloc(requests, (request_count + 65536) * sizeof *requests);
        if (!requests || at + 4 + length > (size_t)info.st_size) die("the requests are cut off");
        requests[request_count++] = (struct request){all + at + 4, length};
        at += 4 + length;
    }
    if (!request_count) die("there are no requests");
}

static int by_time(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;
    return x->us < y->us ? -1 : x->us > y->us;
}

static int by_second(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;
    return x->second != y->second ? (x->second < y->second ? -1 : 1) : by_time(a, b);
}

static uint32_t at_share(const struct sample *sorted, size_t count, double share)
{
    size_t place = (size_t)(share * (double)count);
    return count ? sorted[place < count ? place : count - 1].us : 0;
}

static void print_timeline(void)
{
    const char *between = "";
    qsort(latencies, latency_count, sizeof *latencies, by_second);
    printf("\"timeline\": [");
    for (size_t first = 0, next; first < latency_count; first = next, between = ", ") {
        for (next = first; next < latency_count && latencies[next].second == latencies[first].second;) next++;
        printf("%s[%u, %u, %u]", between, at_share(latencies + first, next - first, .5),
               at_share(latencies + first, next - first, .99), latencies[next - 1].us);
    }
    printf("], ");
}

static int64_t cpu_us(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static void report(double seconds, int64_t cpu, long long unsent)
{
    size_t over = 0;
    printf("{");
    print_timeline();
    qsort(latencies, latency_count, sizeof *latencies, by_time);
    qsort(lateness, lateness_count, sizeof *lateness, by_time);
    while (over < latency_count && latencies[latency_count - 1 - over].us > 1000000) over++;
    printf("\"seconds\": %.6f, \"done\": %lld, \"ok\": %lld, \"refused\": %lld, \"broken\": %lld, \"unsent\": %lld, "
           "\"samples\": %zu, \"p50\": %u, \"p90\": %u, \"p99\": %u, \"p999\": %u, \"max\": %u, \"over_a_second\": %zu, "
           "\"sent_late_p99\": %u, \"cpu\": %lld, \"generator\": \"C\"}\n",
           seconds, done_in_window, ok, refused, broken, unsent, latency_count,
           at_share(latencies, latency_count, .5), at_share(latencies, latency_count, .9),
           at_share(latencies, latency_count, .99), at_share(latencies, latency_count, .999),
           at_share(latencies, latency_count, 1), over, at_share(lateness, lateness_count, .99), (long long)cpu);
}

static const char *option(int argc, char **argv, const char *name)
{
    size_t length = strlen(name);
    for (int i = 1; i < argc; i++)
        if (!strncmp(argv[i], name, length) && argv[i][length] == '=') return argv[i] + length + 1;
    fprintf(stderr, "load: say %s=\n", name);
    exit(2);
}

int main(int argc, char **argv)
{
    double seconds = atof(option(argc, argv, "seconds")), warmup = atof(option(argc, argv, "warmup"));
    double rate = atof(option(argc, argv, "rate"));
    int count = atoi(option(argc, argv, "connections")), told = 0, timer = timerfd_create(CLOCK_MONOTONIC, 0);
    long long sent = 0, unsent = 0;
    int64_t start, now, cpu = 0, cpu_at_end = 0;
    struct epoll_event events[256], tick = {.events = EPOLLIN, .data.u32 = UINT32_MAX};

    if (count < 1 || count > MOST_CONNECTIONS) die("connections");
    read_requests(option(argc, argv, "file"));
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)atoi(option(argc, argv, "port")));
    if (inet_pton(AF_INET, option(argc, argv, "host"), &address.sin_addr) != 1) die("host");
    capacity = (size_t)((rate > 0 ? rate : 200000) * (seconds + 1)) + 1000;
    latencies = malloc(capacity * sizeof *latencies);
    lateness = malloc(capacity * sizeof *lateness);
    epoll_fd = epoll_create1(0);
    if (!latencies || !lateness || epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer, &tick) < 0) die("start");
    for (int i = 0; i < count; i++) connect_to_server(i);

    start = now_ns();
    measure_from = start + (int64_t)(warmup * 1e9);
    measure_until = measure_from + (int64_t)(seconds * 1e9);
    for (;;) {
        int64_t due;
        now = now_ns();
        if (told == 0 && now >= measure_from) { told = 1; cpu = cpu_us(); puts("begin"); fflush(stdout); }
        if (told == 1 && now >= measure_until) { told = 2; cpu_at_end = cpu_us(); puts("end"); fflush(stdout); }
        if (told == 2 && (idle_count == count || now >= measure_until + GRACE_NS)) break;
        if (rate > 0) {
            while (idle_count && (due = start + (int64_t)((double)sent / rate * 1e9)) <= now && due < measure_until) {
                send_next(due, now);
                sent++;
            }
            due = start + (int64_t)((double)sent / rate * 1e9);
            if (idle_count && due < measure_until) {
                struct itimerspec when = {.it_value = {due / 1000000000LL, due % 1000000000LL}};
                timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
            }
        } else if (told < 2) {
            while (idle_count) send_next(now, now);
        }
        int n = epoll_wait(epoll_fd, events, 256, 20);
        for (int i = 0; i < n; i++) {
            uint64_t expirations;
            if (events[i].data.u32 != UINT32_MAX) receive((int)events[i].data.u32);
            else if (read(timer, &expirations, sizeof expirations) < 0) die("timer");
        }
    }
    /* Whoever never got an answer, or was never even sent, waited at least until now. */
    now = now_ns();
    for (int i = 0; i < count; i++)
        if (connections[i].busy) finished(i, now, 0);
    if (rate > 0)
        for (int64_t due; (due = start + (int64_t)((double)sent / rate * 1e9)) < measure_until; sent++, unsent++)
            record(latencies, &latency_count, due, now - due);
    report(seconds, cpu_at_end - cpu, unsent);
    return 0;
}
