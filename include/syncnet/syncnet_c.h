/* The C interface of libsyncnet, for C and for whatever can call it.
 *
 * A function that can fail returns an error, which is the caller's to free, or NULL where all went
 * well. Handles are the caller's: each has its _free, which takes NULL. Strings are UTF-8 or, if
 * they are paths, the system's bytes; those that are returned belong to their handle and stay as
 * long as it does. Nothing is thrown, and nothing is global.
 *
 * A struct's first member is its size: set it to sizeof, and zero the rest, by SYNCNET_INIT. Zero
 * and NULL are the defaults. A later library knows the shorter struct of an older caller.
 *
 * An analyzer and a result may be used by any number of threads at once, a feed by one at a time.
 * What is meant by offsets, times and numbers is told in result.h. */
#ifndef SYNCNET_SYNCNET_C_H
#define SYNCNET_SYNCNET_C_H

#include <stddef.h> /* NOLINT: this is C */
#include <stdint.h> /* NOLINT */

#include "syncnet/export.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syncnet_error syncnet_error;
typedef struct syncnet_stop syncnet_stop;
typedef struct syncnet_analyzer syncnet_analyzer;
typedef struct syncnet_feed syncnet_feed;
typedef struct syncnet_result syncnet_result;

#define SYNCNET_INIT(type) ((type){.size = sizeof(type)})

SYNCNET_API const char* syncnet_version(void);

/* "not_found", "cancelled", ...: stable; docs/api.md lists them. */
SYNCNET_API const char* syncnet_error_code(const syncnet_error* error);
SYNCNET_API const char* syncnet_error_message(const syncnet_error* error);
SYNCNET_API void syncnet_error_free(syncnet_error* error);

/* Ends analyses early: they fail with "cancelled". From any thread. NULL: there is no memory. */
SYNCNET_API syncnet_stop* syncnet_stop_new(void);
SYNCNET_API void syncnet_stop_request(syncnet_stop* stop);
SYNCNET_API void syncnet_stop_free(syncnet_stop* stop);

typedef struct syncnet_analyzer_options {
    size_t size;
    const char* models;        /* folder; NULL: SYNCNET_MODELS, or the library's own */
    const char* model;         /* name; NULL: the default */
    const char* model_path;    /* the published SyncNet, or a custom model */
    const char* detector_path; /* S3FD's weights */
    const char* calibration;   /* as `syncnet calibrate` wrote it */
    int cropped;               /* the videos are face crops of the published pipeline */
} syncnet_analyzer_options;

/* `options` may be NULL. */
SYNCNET_API syncnet_error* syncnet_analyzer_new(const syncnet_analyzer_options* options,
                                                syncnet_analyzer** analyzer);
SYNCNET_API void syncnet_analyzer_free(syncnet_analyzer* analyzer);

typedef struct syncnet_request {
    size_t size;
    const char* face;        /* NULL: "all" */
    const char* audio;       /* NULL: "best" */
    int max_offset_ms;       /* 200..10000; 0: 2000 */
    double window_s, step_s; /* of the timeline; both 0: none */
    int64_t timeout_ms;      /* 0: none */
    syncnet_stop* stop;      /* stays the caller's, who may free it once the call has begun */
    void (*on_progress)(double done, void* user); /* 0..1, on the thread that called */
    void* user;
    int early; /* not 0: stop as soon as the verdict is sure; see analyzer.h */
} syncnet_request;

/* `request` may be NULL. `bytes` must stay until it returns; `fd` is a regular file's. */
SYNCNET_API syncnet_error* syncnet_analyze_file(const syncnet_analyzer* analyzer, const char* video,
                                                const syncnet_request* request,
                                                syncnet_result** result);
SYNCNET_API syncnet_error* syncnet_analyze_bytes(const syncnet_analyzer* analyzer,
                                                 const void* bytes, size_t length,
                                                 const syncnet_request* request,
                                                 syncnet_result** result);
SYNCNET_API syncnet_error* syncnet_analyze_fd(const syncnet_analyzer* analyzer, int fd,
                                              const syncnet_request* request,
                                              syncnet_result** result);

typedef struct syncnet_feed_format {
    size_t size;
    int width, height; /* of every frame */
    double fps;        /* of frames without a time; 0: 25 */
    int sample_rate;   /* Hz; 0: there is no audio */
} syncnet_feed_format;

/* Frames and samples instead of a file: see feed.h. */
SYNCNET_API syncnet_error* syncnet_feed_new(const syncnet_analyzer* analyzer,
                                            const syncnet_feed_format* format,
                                            const syncnet_request* request, syncnet_feed** feed);
/* height rows of width RGB pixels, `stride` bytes apart (0: 3 * width). time_us < 0: by fps. */
SYNCNET_API syncnet_error* syncnet_feed_push_frame(syncnet_feed* feed, const uint8_t* rgb,
                                                   size_t stride, int64_t time_us);
SYNCNET_API syncnet_error* syncnet_feed_push_samples(syncnet_feed* feed, const float* samples,
                                                     size_t count);
SYNCNET_API syncnet_error* syncnet_feed_finish(syncnet_feed* feed, syncnet_result** result);
SYNCNET_API void syncnet_feed_free(syncnet_feed* feed);

typedef enum syncnet_decision { SYNCNET_ALLOW, SYNCNET_NEXT, SYNCNET_BLOCK } syncnet_decision;

typedef struct syncnet_summary {
    size_t size;
    syncnet_decision decision;
    int has_score; /* 0: there was not enough evidence, and the numbers up to evidence_s are 0 */
    double score;
    int offset_frames;
    double fine_offset_frames, confidence, min_dist, evidence_s;
    int as_published; /* confidence and min_dist are LSE-C and LSE-D */
    size_t reasons, faces, curve_points;
} syncnet_summary;

typedef struct syncnet_face {
    size_t size;
    int track;
    double start_s, end_s;           /* when it was seen */
    double left, top, right, bottom; /* its mean box, pixels */
    syncnet_decision decision;       /* on this face alone */
    int has_score;
    double score;
    int has_measurement; /* 0: the rest is 0 */
    int offset_frames;
    double confidence, min_dist;
} syncnet_face;

SYNCNET_API void syncnet_result_summary(const syncnet_result* result, syncnet_summary* summary);
/* NULL, 0: there is no such index. The leading reason and face come first. */
SYNCNET_API const char* syncnet_result_reason_code(const syncnet_result* result, size_t index);
SYNCNET_API const char* syncnet_result_reason_sentence(const syncnet_result* result, size_t index);
SYNCNET_API int syncnet_result_face(const syncnet_result* result, size_t index, syncnet_face* face);
/* `distance` is NaN where an offset had too few pairs. */
SYNCNET_API int syncnet_result_curve_point(const syncnet_result* result, size_t index,
                                           int* offset_frames, double* distance);
/* Everything, as the service answers it (docs/api.md). */
SYNCNET_API const char* syncnet_result_json(const syncnet_result* result);
SYNCNET_API void syncnet_result_free(syncnet_result* result);

#ifdef __cplusplus
}
#endif

#endif
