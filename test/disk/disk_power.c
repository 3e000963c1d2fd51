/* SPDX-License-Identifier: Apache-2.0 */
/* disk_power.c: what a loss of power leaves of a disk; images of all its files. */
#include <stdlib.h>
#include <string.h>

#include "disk_state.h"

/* ---- loss ------------------------------------------------------------------------------------ */

static void area_copy(const struct area *to, const struct area *from)
{
    area_resize(to, 0);
    area_put(to, from->at, *from->bytes, 0);
}

/* Some sectors of a write, each with an even chance. */
static void apply_torn(struct disk *disk, const struct area *area, const struct record *record)
{
    const char *data = (const char *)(record + 1);
    for (int64_t at = record->at, end = record->at + record->bytes; at < end;) {
        const int64_t next = (at / SECTOR_BYTES + 1) * SECTOR_BYTES;
        const int64_t bytes = (next < end ? next : end) - at;
        if (disk_coin(disk, PERCENT / 2))
            area_put(area, data + (at - record->at), bytes, at);
        at += bytes;
    }
}

/* How much a loss of power takes. */
struct loss {
    unsigned keeps, tears; /* percent of the writes */
    bool is_ordered;       /* what is kept is the oldest, in the order of writing */
    bool has_garbage;      /* in holes */
};

static struct loss loss_of(struct disk *disk)
{
    static const unsigned KEEPS[] = {0, 10, 50, 90, 100}, TEARS[] = {0, 30, 100};
    return (struct loss){
        .keeps = KEEPS[disk_random(disk) % (sizeof KEEPS / sizeof KEEPS[0])],
        .tears = TEARS[disk_random(disk) % (sizeof TEARS / sizeof TEARS[0])],
        .is_ordered = disk_coin(disk, PERCENT / 4),
        .has_garbage = disk_coin(disk, PERCENT / 2),
    };
}

static void fill_hole(struct disk *disk, const struct area *area, const struct record *record)
{
    const int64_t from = *area->bytes;
    area_resize(area, record->at);
    for (int64_t i = from; i < record->at; i++)
        area->at[i] = (char)disk_random(disk);
}

static void lose_record(struct disk *disk, const struct area *durable, const struct record *record,
                        const struct loss *loss)
{
    if (loss->has_garbage && record->bytes > 0 && record->at > *durable->bytes)
        fill_hole(disk, durable, record);
    if (record->bytes > 0 && disk_coin(disk, loss->tears))
        apply_torn(disk, durable, record);
    else
        record_apply(durable, record);
}

static int64_t records_of(struct disk *disk, int file, const struct record **ret)
{
    int64_t count = 0;
    for (int64_t at = 0; at < disk->shared->files[file].log_bytes; count++) {
        ret[count] = record_at(disk, file, at);
        at += record_bytes(ret[count]);
    }
    return count;
}

static void shuffle(struct disk *disk, const struct record **records, int64_t count)
{
    for (int64_t i = count - 1; i > 0; i--) {
        const int64_t other = (int64_t)(disk_random(disk) % (uint64_t)(i + 1));
        const struct record *kept = records[i];
        records[i] = records[other];
        records[other] = kept;
    }
}

static void lose_file(struct disk *disk, int file, const struct loss *loss)
{
    struct file *f = &disk->shared->files[file];
    const struct area durable = disk_area(disk, file, DURABLE);
    const size_t room = (size_t)f->log_bytes / sizeof(struct record) + 1;
    const struct record **records = calloc(room, sizeof(const struct record *));
    if (records == NULL)
        abort();
    int64_t count = records_of(disk, file, records);
    if (loss->is_ordered)
        count = (int64_t)(disk_random(disk) % (uint64_t)(count + 1));
    else
        shuffle(disk, records, count);
    for (int64_t i = 0; i < count; i++)
        if (loss->is_ordered || disk_coin(disk, loss->keeps))
            lose_record(disk, &durable, records[i], loss);
    free(records);
    f->log_bytes = 0;
    const struct area content = disk_area(disk, file, CONTENT);
    area_copy(&content, &durable);
}

static void lose_name(struct disk *disk, struct name *name)
{
    if (name->now == name->durable)
        return;
    if (disk_coin(disk, PERCENT / 2))
        name->durable = name->now;
    else if (name->now != 0 && disk_coin(disk, PERCENT / 4))
        name->durable = 0; /* the deletion of the old one stayed, the new one is lost */
    name->now = name->durable;
    if (name->now == 0)
        name->path[0] = '\0';
}

/* ---- power and images ------------------------------------------------------------------------ */

/* Connections fail from now on; they keep what they hold until they are closed. */
static void drop(struct disk *disk)
{
    disk->generation++;
    for (int i = 1; i <= FILES; i++)
        disk->opened[i] = NULL;
    struct shared *shared = disk->shared;
    shared->fault = (struct disk_fault){0};
    memset(shared->counts, 0, sizeof shared->counts);
    shared->failures = 0;
    shared->is_gone = false;
}

void disk_drop(struct disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    drop(disk);
    pthread_mutex_unlock(&disk->lock);
}

void disk_crash(struct disk *disk, uint64_t seed)
{
    pthread_mutex_lock(&disk->lock);
    drop(disk);
    disk->shared->random = seed;
    const struct loss loss = loss_of(disk);
    for (int i = 0; i < NAMES; i++)
        lose_name(disk, &disk->shared->names[i]);
    for (int file = 1; file <= FILES; file++)
        if (disk_uses(disk, file))
            lose_file(disk, file, &loss);
    pthread_mutex_unlock(&disk->lock);
}

static void clear(struct disk *disk)
{
    drop(disk);
    memset(disk->shared->names, 0, sizeof disk->shared->names);
    for (int file = 1; file <= FILES; file++)
        disk_empty(disk, file);
    disk->shared->random = 1;
}

void disk_clear(struct disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    clear(disk);
    pthread_mutex_unlock(&disk->lock);
}

struct image_file {
    char path[PATH_BYTES]; /* empty: none */
    int64_t bytes;
    char *at;
};
struct disk_image {
    struct image_file files[NAMES];
};

struct disk_image *disk_snapshot(struct disk *disk)
{
    struct disk_image *image = calloc(1, sizeof *image);
    if (image == NULL)
        abort();
    pthread_mutex_lock(&disk->lock);
    for (int i = 0; i < NAMES; i++) {
        const struct name *name = &disk->shared->names[i];
        struct image_file *file = &image->files[i];
        if (name->now == 0)
            continue;
        memcpy(file->path, name->path, sizeof file->path);
        file->bytes = disk->shared->files[name->now].bytes;
        file->at = malloc((size_t)file->bytes + 1);
        if (file->at == NULL)
            abort();
        memcpy(file->at, disk_content(disk, name->now), (size_t)file->bytes);
    }
    pthread_mutex_unlock(&disk->lock);
    return image;
}

static void restore_file(struct disk *disk, const struct image_file *from)
{
    const int file = disk_make(disk, from->path);
    const struct area content = disk_area(disk, file, CONTENT);
    area_put(&content, from->at, from->bytes, 0);
    const struct area durable = disk_area(disk, file, DURABLE);
    area_put(&durable, from->at, from->bytes, 0);
    disk_sync_names(disk, from->path);
}

void disk_restore(struct disk *disk, const struct disk_image *image)
{
    pthread_mutex_lock(&disk->lock);
    clear(disk);
    for (int i = 0; i < NAMES; i++)
        if (image->files[i].path[0] != '\0')
            restore_file(disk, &image->files[i]);
    pthread_mutex_unlock(&disk->lock);
}

void disk_image_free(struct disk_image *image)
{
    for (int i = 0; image != NULL && i < NAMES; i++)
        free(image->files[i].at);
    free(image);
}

struct disk_mark {
    struct shared shared;
    char *slots[FILES + 1][SLOTS_A_FILE]; /* as many bytes of each as are in use */
};

/* How much of a slot is not zeros, or matters. */
static int64_t slot_used(const struct file *f, enum slot slot)
{
    return slot == CONTENT ? f->bytes : slot == DURABLE ? f->durable_bytes : f->log_bytes;
}

struct disk_mark *disk_mark(struct disk *disk)
{
    struct disk_mark *mark = calloc(1, sizeof *mark);
    if (mark == NULL)
        abort();
    pthread_mutex_lock(&disk->lock);
    mark->shared = *disk->shared;
    for (int file = 1; file <= FILES; file++)
        for (enum slot slot = CONTENT; slot < SLOTS_A_FILE; slot++) {
            const size_t bytes = (size_t)slot_used(&mark->shared.files[file], slot);
            mark->slots[file][slot] = malloc(bytes + 1);
            if (mark->slots[file][slot] == NULL)
                abort();
            memcpy(mark->slots[file][slot], disk_slot(disk, file, slot), bytes);
        }
    pthread_mutex_unlock(&disk->lock);
    return mark;
}

void disk_rewind(struct disk *disk, const struct disk_mark *mark)
{
    pthread_mutex_lock(&disk->lock);
    for (int file = 1; file <= FILES; file++) {
        disk_empty(disk, file);
        const struct file *f = &mark->shared.files[file];
        for (enum slot slot = CONTENT; slot < SLOTS_A_FILE; slot++)
            memcpy(disk_slot(disk, file, slot), mark->slots[file][slot],
                   (size_t)slot_used(f, slot));
    }
    *disk->shared = mark->shared;
    for (int file = 1; file <= FILES; file++) { /* no more of their slots is in use */
        struct file *f = &disk->shared->files[file];
        f->bytes_max = f->bytes;
        f->durable_bytes_max = f->durable_bytes;
    }
    pthread_mutex_unlock(&disk->lock);
}

void disk_mark_free(struct disk_mark *mark)
{
    for (int file = 1; mark != NULL && file <= FILES; file++)
        for (enum slot slot = CONTENT; slot < SLOTS_A_FILE; slot++)
            free(mark->slots[file][slot]);
    free(mark);
}
