/* Prints what the library says of a video, as JSON; or the code of what is wrong with it. With frames and samples:
 * consumer_c FRAMES.rgb WIDTH HEIGHT SAMPLES.f32 RATE. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syncnet/syncnet_c.h>

static int failed(syncnet_error* error) {
    if (error == NULL) return 0;
    printf("%s\n", syncnet_error_code(error));
    syncnet_error_free(error);
    return 1;
}

static int print(syncnet_result* result) {
    syncnet_summary summary = SYNCNET_INIT(syncnet_summary);
    syncnet_result_summary(result, &summary);
    /* An older caller's struct, which ends after `score`: nothing is written behind it. */
    syncnet_summary older;
    memset(&older, 0x55, sizeof older);
    older.size = offsetof(syncnet_summary, offset_frames);
    syncnet_result_summary(result, &older);
    int points = 0, offset = 0;
    double distance = 0;
    while (syncnet_result_curve_point(result, (size_t)points, &offset, &distance)) ++points;
    syncnet_face face = SYNCNET_INIT(syncnet_face);
    const int has_face = syncnet_result_face(result, 0, &face);
    const int sane = older.score == summary.score && older.offset_frames == 0x55555555 &&
                     (size_t)points == summary.curve_points && has_face == (summary.faces > 0) &&
                     syncnet_result_reason_code(result, summary.reasons) == NULL;
    printf("{\"sane\": %s, \"decision\": %d, \"score\": %.4f, \"offset_frames\": %d, \"confidence\": %.3f, "
           "\"reason\": \"%s\", \"face_end_s\": %.2f, \"json\": %s}\n",
           sane ? "true" : "false", (int)summary.decision, summary.score, summary.offset_frames, summary.confidence,
           syncnet_result_reason_code(result, 0), face.end_s, syncnet_result_json(result));
    syncnet_result_free(result);
    return 0;
}

static int pushed(const syncnet_analyzer* analyzer, char** argv) {
    syncnet_feed_format format = SYNCNET_INIT(syncnet_feed_format);
    format.width = atoi(argv[2]);
    format.height = atoi(argv[3]);
    format.sample_rate = atoi(argv[5]);
    syncnet_feed* feed = NULL;
    if (failed(syncnet_feed_new(analyzer, &format, NULL, &feed))) return 3;
    const size_t bytes = (size_t)format.width * (size_t)format.height * 3;
    unsigned char* frame = malloc(bytes);
    float samples[1600];
    FILE* frames = fopen(argv[1], "rb");
    FILE* audio = fopen(argv[4], "rb");
    int status = 0;
    while (status == 0 && fread(frame, 1, bytes, frames) == bytes)
        status = failed(syncnet_feed_push_frame(feed, frame, 0, -1));
    size_t count;
    while (status == 0 && (count = fread(samples, sizeof(float), 1600, audio)) > 0)
        status = failed(syncnet_feed_push_samples(feed, samples, count));
    fclose(frames);
    fclose(audio);
    free(frame);
    syncnet_result* result = NULL;
    if (status == 0 && !failed(syncnet_feed_finish(feed, &result)))
        print(result);
    else
        status = 3;
    syncnet_feed_free(feed);
    return status;
}

static void give_up(double done, void* stop) {
    (void)done;
    syncnet_stop_request(stop);
}

int main(int argc, char** argv) {
    syncnet_analyzer* analyzer = NULL;
    if (failed(syncnet_analyzer_new(NULL, &analyzer))) return 3;
    int status = 3;
    if (argc > 5) {
        status = pushed(analyzer, argv);
    } else {
        syncnet_request request = SYNCNET_INIT(syncnet_request);
        syncnet_stop* stop = syncnet_stop_new();
        if (argc > 2) { /* consumer_c VIDEO cancel */
            request.stop = stop;
            request.on_progress = give_up;
            request.user = stop;
        }
        syncnet_result* result = NULL;
        if (!failed(syncnet_analyze_file(analyzer, argc > 1 ? argv[1] : NULL, &request, &result))) status = print(result);
        syncnet_stop_free(stop);
    }
    syncnet_analyzer_free(analyzer);
    return status;
}
