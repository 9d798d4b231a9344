/*
 * What cfnfix costs, as a multiple of one bare libfyaml token scan of the same bytes.
 *
 * Every figure is a ratio of medians taken in turns in one run, so the speed of the machine cancels
 * out. Each text is measured in a child process of its own, as the program is started for it: what
 * was measured before leaves no holes in its memory. Exit 1 if a figure is over its bound.
 */
#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/scan.h"
#include "bench/texts.h"
#include "engine/run.h"
#include "text/memory.h"
#include "transforms/registry.h"

#define KB 1000u
#define MB 1000000u

/* Of the processor, so that others on the machine do not count: all this has one thread. */
static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- What is measured ---- */

static guint repair(const GString *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(text->str, text->len);
    g_autoptr(GError) error = NULL;
    CfnSource *source = cfn_source_new("bench", bytes, CFN_SOURCE_HARD_LIMIT, &error);
    g_assert_no_error(error);
    const CfnOptions options = { .transforms = cfn_transforms, .without_operations = true };
    g_autoptr(CfnOutcome) outcome = cfn_run(source, &options);
    g_assert_no_error(outcome->error);
    return outcome->findings->len;
}

/* ---- Ratios ---- */

static int by_value(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

static double median(double *values, guint count)
{
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}

typedef struct {
    double scan, repair; /* seconds, medians */
} Timing;

#define MOST_ROUNDS 101

static Timing time_text_here(const GString *text)
{
    double scans[MOST_ROUNDS], repairs[MOST_ROUNDS];
    guint rounds = text->len < 100000 ? MOST_ROUNDS : text->len < 10000000 ? 15 : 5;
    for (guint i = 0; i < rounds; i++) {
        double start = now();
        cfn_scan_only(text->str, text->len);
        double middle = now();
        repair(text);
        scans[i] = middle - start;
        repairs[i] = now() - middle;
    }
    return (Timing){ median(scans, rounds), median(repairs, rounds) };
}

static Timing time_text(const GString *text)
{
    Timing *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_assert(shared != MAP_FAILED);
    pid_t child = fork();
    if (child == 0) {
        cfn_memory_keep(); /* as the program itself does */
        *shared = time_text_here(text);
        _exit(0);
    }
    int status = 0;
    g_assert(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    const Timing timing = *shared;
    munmap(shared, sizeof *shared);
    return timing;
}

typedef GString *(*MakeText)(size_t size, gboolean json);

/* Peak bytes of a child that makes the text and, if it is to work, repairs it. */
static double peak_memory(MakeText make, size_t size, gboolean json, gboolean work)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        cfn_memory_keep();
        GString *text = make(size, json);
        if (work) {
            repair(text);
        }
        _exit(0);
    }
    struct rusage usage;
    int status = 0;
    wait4(child, &status, 0, &usage);
    return (double)usage.ru_maxrss * 1024;
}

static bool failed;

/* BOUND may be infinite: then it is told, and nothing is promised. */
static void report(const char *what, double value, double bound)
{
    if (isinf(bound)) {
        printf("%-58s %7.2f\n", what, value);
        fflush(stdout);
        return;
    }
    bool over = value > bound;
    failed = failed || over;
    printf("%-58s %7.2f   at most %5.1f%s\n", what, value, bound, over ? "   OVER" : "");
    fflush(stdout);
}

static void measure_scan_ratio(const char *what, GString *text, double bound)
{
    Timing timing = time_text(text);
    g_autofree char *label = g_strdup_printf("%s, %.3g MB", what, (double)text->len / 1e6);
    report(label, timing.repair / timing.scan, bound);
    g_string_free(text, TRUE);
}

/* MOST: how many times as long ten times the text may take. */
static void measure_growth(const char *what, double most, GString *small, GString *large)
{
    Timing first = time_text(small), second = time_text(large);
    report(what, second.repair / first.repair,
           most * (double)large->len / (10.0 * (double)small->len));
    g_string_free(small, TRUE);
    g_string_free(large, TRUE);
}

static void measure_memory(const char *what, MakeText make, gboolean json)
{
    const size_t size = 10 * MB;
    double bytes = peak_memory(make, size, json, TRUE) - peak_memory(make, size, json, FALSE);
    report(what, bytes / (double)size, 40.0);
}

int main(void)
{
    /* First, while nothing was freed that a child could use: it would not count as its own. */
    puts("peak memory in bytes for each byte of input");
    measure_memory("nothing to do, YAML, 10 MB", cfn_text_clean, FALSE);
    measure_memory("nothing to do, JSON, 10 MB", cfn_text_clean, TRUE);
    measure_memory("every resource repaired, YAML, 10 MB", cfn_text_faulty, FALSE);
    measure_memory("every resource repaired, JSON, 10 MB", cfn_text_faulty, TRUE);

    puts("\ntime as a multiple of one bare libfyaml token scan");
    for (int json = 0; json <= 1; json++) {
        const char *clean = json ? "nothing to do, JSON" : "nothing to do, YAML";
        measure_scan_ratio(clean, cfn_text_clean(10 * KB, json), 2.0);
        measure_scan_ratio(clean, cfn_text_clean(1 * MB, json), 2.0);
        measure_scan_ratio(clean, cfn_text_clean(50 * MB, json), 2.0);
        const double bound = json ? 10.0 : 7.0;
        const char *once = json ? "every repair once, JSON" : "every repair once, YAML";
        measure_scan_ratio(once, cfn_text_faulty_once(100 * KB, json), bound);
        measure_scan_ratio(once, cfn_text_faulty_once(1 * MB, json), bound);
        const char *faulty =
            json ? "every resource repaired, JSON" : "every resource repaired, YAML";
        measure_scan_ratio(faulty, cfn_text_faulty(10 * KB, json), INFINITY);
        measure_scan_ratio(faulty, cfn_text_faulty(1 * MB, json), INFINITY);
    }
    GString *due = cfn_text_clean(1 * MB, FALSE);
    g_string_append(
        due, "  Last:\n    Type: AWS::SNS::Topic\n    Metadata:\n      Text: |\n\n        x\n");
    measure_scan_ratio("nothing to do, YAML, second opinion due", due, 3.0);

    puts("\ntime of the tenfold input as a multiple");
    measure_growth("nothing to do, YAML, 0.5 to 5 MB", 11.0, cfn_text_clean(500 * KB, FALSE),
                   cfn_text_clean(5 * MB, FALSE));
    measure_growth("nothing to do, JSON, 0.5 to 5 MB", 11.0, cfn_text_clean(500 * KB, TRUE),
                   cfn_text_clean(5 * MB, TRUE));
    measure_growth("every resource repaired, YAML, 0.2 to 2 MB", INFINITY,
                   cfn_text_faulty(200 * KB, FALSE), cfn_text_faulty(2 * MB, FALSE));
    measure_growth("every resource repaired, JSON, 0.2 to 2 MB", INFINITY,
                   cfn_text_faulty(200 * KB, TRUE), cfn_text_faulty(2 * MB, TRUE));
    measure_growth("2,000 to 20,000 keys in one mapping", 11.0, cfn_text_wide(2000),
                   cfn_text_wide(20000));
    measure_growth("1,000 to 10,000 resources", 11.0, cfn_text_resources(1000),
                   cfn_text_resources(10000));
    measure_growth("500 to 5,000 findings", 11.0, cfn_text_findings(500), cfn_text_findings(5000));
    return failed;
}
