/*
 * GLib's locks as the thread sanitizer can see them.
 *
 * The system's GLib is not instrumented and its locks are futexes of its own, so the sanitizer
 * would take everything that is handed from thread to thread for a race. The program of the preset
 * tsan calls these instead: the real function, and a word to the sanitizer about what came before
 * what.
 */
#define _GNU_SOURCE 1 /* RTLD_NEXT */
#include <dlfcn.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>

typedef void (*MutexFunction)(GMutex *mutex);
typedef void (*CondFunction)(GCond *cond, GMutex *mutex);

static void *find(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    g_assert(function != NULL);
    return function;
}

void g_mutex_lock(GMutex *mutex)
{
    ((MutexFunction)find("g_mutex_lock"))(mutex);
    __tsan_acquire(mutex);
}

void g_mutex_unlock(GMutex *mutex)
{
    __tsan_release(mutex);
    ((MutexFunction)find("g_mutex_unlock"))(mutex);
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    __tsan_release(mutex);
    ((CondFunction)find("g_cond_wait"))(cond, mutex);
    __tsan_acquire(mutex);
}

/* The macros of these names read the place themselves first, which the sanitizer sees. */
gboolean(g_once_init_enter)(volatile void *location)
{
    gboolean mine = ((gboolean(*)(volatile void *))find("g_once_init_enter"))(location);
    __tsan_acquire((void *)location);
    return mine;
}

void(g_once_init_leave)(volatile void *location, gsize result)
{
    __tsan_release((void *)location);
    ((void (*)(volatile void *, gsize))find("g_once_init_leave"))(location, result);
}
