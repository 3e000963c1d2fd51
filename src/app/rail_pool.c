/* SPDX-License-Identifier: Apache-2.0 */
#include "app/rail_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/heap.h"

enum { THREADS_MAX = 64, STACK_BYTES = 256 * 1024 };

struct rail_pool {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct rail_job *first, **last;
    bool is_stopping;
    unsigned thread_count;
    pthread_t threads[THREADS_MAX];
};

static struct rail_job *take(struct rail_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->first == NULL && !pool->is_stopping)
        pthread_cond_wait(&pool->filled, &pool->lock);
    struct rail_job *job = pool->first;
    if (job != NULL)
        pool->first = job->next;
    if (pool->first == NULL)
        pool->last = &pool->first;
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static void *pool_main(void *context)
{
    for (struct rail_job *job; (job = take(context)) != NULL;)
        job->run(job);
    return NULL;
}

result rail_pool_start(unsigned threads, struct rail_pool **ret)
{
    struct rail_pool *pool = HEAP_NEW(struct rail_pool);
    if (pool == NULL)
        return FAIL(E_MEMORY, NULL, NULL);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->filled, NULL);
    pool->last = &pool->first;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    while (pool->thread_count < threads && pool->thread_count < THREADS_MAX &&
           pthread_create(&pool->threads[pool->thread_count], &attributes, pool_main, pool) == 0)
        pool->thread_count++;
    pthread_attr_destroy(&attributes);
    if (pool->thread_count == 0) {
        rail_pool_free(pool);
        return FAIL(E_INTERNAL, NULL, "no thread for rails");
    }
    *ret = pool;
    return OK;
}

void rail_pool_stop(struct rail_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->is_stopping = true;
    pthread_mutex_unlock(&pool->lock);
    pthread_cond_broadcast(&pool->filled);
    for (unsigned i = 0; i < pool->thread_count; i++)
        (void)pthread_join(pool->threads[i], NULL);
    pool->thread_count = 0;
}

void rail_pool_free(struct rail_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_cond_destroy(&pool->filled);
    pthread_mutex_destroy(&pool->lock);
    heap_free(pool);
}

void rail_pool_put(struct rail_pool *pool, struct rail_job *job)
{
    if (pool == NULL) {
        job->run(job);
        return;
    }
    job->next = NULL;
    pthread_mutex_lock(&pool->lock);
    const bool is_stopping = pool->is_stopping;
    if (!is_stopping) {
        *pool->last = job;
        pool->last = &job->next;
    }
    pthread_mutex_unlock(&pool->lock);
    if (is_stopping)
        job->run(job);
    else
        pthread_cond_signal(&pool->filled);
}
