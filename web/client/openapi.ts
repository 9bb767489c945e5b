// Made by `npm run types` from the service's /openapi.json; not to be edited.

export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which models, which precision, which parts of the sandbox */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process answers */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** For Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Work is taken on, and workers can be kept alive */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/score": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Score a video */
        post: operations["score"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a video scored later
         * @description Once this is answered, job and video are on the disk and survive whatever happens to the service. What is wrong with the video itself is told by the job.
         */
        post: operations["createJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                /** @description The job's id. */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** A job as it is now */
        get: operations["getJob"];
        put?: never;
        post?: never;
        /** End a job and forget it */
        delete: operations["deleteJob"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                /** @description The job's id. */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** A job whenever it changes */
        get: operations["listenToJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Score a recording while it is made, by WebSocket
         * @description Subprotocol syncnet.v1; a key may be a second one, key.<key>. The client sends {"type": "start"} with any option of a score, the recording's bytes as binary messages, and {"type": "end"}; the service ready, verdict, and at last result or error, as docs/live.md tells.
         */
        get: operations["scoreLiveByWebSocket"];
        put?: never;
        /** Score a recording while it is made */
        post: operations["scoreLive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/score": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Score a video */
        post: operations["scoreV1"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is running */
        get: operations["version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    jobEnded: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A job with a `webhook` has ended
         * @description Signed as standardwebhooks.com says. Never sent to private addresses, never after a redirect. Tried again after 5 s, 5 min, 30 min and 2 h.
         */
        post: operations["jobEnded"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        Audio: {
            channels: number;
            codec: string;
            language: string | null;
            layout: string;
            /** @description phase_inverted: the sides of the stereo cancel each other. one_sided: only one of them has audio. */
            notes: ("phase_inverted" | "one_sided")[];
            track: number;
            tracks: {
                channels: number;
                codec: string;
                /** @description The container favours it. */
                default: boolean;
                language: string | null;
                layout: string;
                sample_rate: number;
                /** @description Null: nobody listened to it. */
                speech_s: number | null;
                track: number;
            }[];
            /** @description mix: all channels together. difference: left minus right, of stereo whose one side is upside down. */
            used: string;
        };
        /** @description Median minus minimum of the sync curve; of a face that is judged at another offset than its own, it may be below 0. */
        Confidence: number | null;
        Count: number;
        /**
         * @description ALLOW: the voice belongs to the lips, in time. BLOCK: it was shown not to. NEXT: everything else.
         * @enum {unknown}
         */
        Decision: "ALLOW" | "NEXT" | "BLOCK";
        /** @enum {unknown} */
        Detector: "blaze_face" | "s3fd";
        /** @description On the scale of the published SyncNet; below 0 where a bundled model finds them nearer than that ever does. */
        Distance: number | null;
        /** @enum {unknown} */
        ErrorCode: "invalid_request" | "model_not_available" | "unauthorized" | "forbidden" | "path_not_allowed" | "not_found" | "method_not_allowed" | "timeout" | "idempotency_conflict" | "length_required" | "too_large" | "unsupported_media" | "unsupported_codec" | "empty_file" | "unreadable_video" | "no_video_stream" | "too_long" | "too_many_pixels" | "too_much_video" | "too_many_streams" | "bad_sample_rate" | "out_of_memory" | "decoder_crashed" | "broke_its_worker" | "quarantined" | "too_many_requests" | "internal" | "worker_failed" | "cannot_write" | "overloaded" | "shutting_down" | "storage_full" | "uploads_full" | "wrong_host" | "too_complex" | "models_changed";
        Face: {
            /** @description Where boxes were asked for: seconds, left, top, right and bottom, every 0.2 s. */
            boxes?: number[][];
            confidence: components["schemas"]["Confidence"];
            /** @description Distance at each offset from -max_offset_ms to max_offset_ms, a frame of 40 ms apart; absent where nothing could be measured. */
            curve?: components["schemas"]["Distance"][];
            decision: components["schemas"]["Decision"];
            end_s: components["schemas"]["Seconds"];
            evidence_s: components["schemas"]["Seconds"];
            /** @description Left, top, right and bottom in pixels. */
            mean_box: number[];
            min_dist: components["schemas"]["Distance"];
            offset: components["schemas"]["Offset"];
            /** @description When its mouth could be read. */
            read: components["schemas"]["Spans"];
            reason_codes: components["schemas"]["ReasonCode"][];
            score: components["schemas"]["Probability"];
            speech_s: components["schemas"]["Seconds"];
            /** @description When the voice was its own. */
            spoke: components["schemas"]["Spans"];
            start_s: components["schemas"]["Seconds"];
            track: number;
        };
        Health: {
            busy: components["schemas"]["Count"];
            /** @description Of one's own (CALIBRATION_PATH): for which model, and the thresholds that count for it. */
            calibration: {
                model: components["schemas"]["ModelName"];
                thresholds: {
                    allow: number;
                    max_offset_frames: components["schemas"]["Count"];
                    next: number;
                };
            } | null;
            detectors: components["schemas"]["Detector"][];
            model: components["schemas"]["Model"];
            /** @description Why the default model is the default one. */
            model_choice: string;
            /** @description Those that `model` of a request may name. */
            models: components["schemas"]["ModelName"][];
            /** @constant */
            models_loaded: true;
            /** @description What workers are confined by: system_calls always; namespaces (no network, no files), process_namespace, mount_namespace, landlock and landlock_scopes (signals, abstract sockets) where the kernel lets them. */
            sandbox: {
                [key: string]: boolean;
            };
            /** @constant */
            service: "syncnet-avsync";
            /** @enum {unknown} */
            status: "healthy" | "unhealthy" | "stopping";
            /** @constant */
            syncnet_available: true;
            uptime_s: components["schemas"]["Count"];
            version: components["schemas"]["Version"];
        };
        Interval: {
            end: string;
            end_s: number;
            start: string;
            start_s: number;
        };
        Job: {
            /** Format: date-time */
            created_at: string;
            error: components["schemas"]["JobProblem"] | null;
            /** Format: date-time */
            finished_at: string | null;
            id: components["schemas"]["JobId"];
            /** @description Of a running job, where its length is known. */
            progress: number | null;
            result: components["schemas"]["Score"] | null;
            session_id: components["schemas"]["SessionId"];
            /** @enum {unknown} */
            state: "queued" | "running" | "done" | "failed";
        } & ({
            error?: null;
            finished_at?: null;
            progress?: null;
            result?: null;
            /** @constant */
            state?: "queued";
        } | {
            error?: null;
            finished_at?: null;
            result?: null;
            /** @constant */
            state?: "running";
        } | {
            error?: null;
            finished_at?: string;
            /** @constant */
            progress?: 1;
            result?: Record<string, never>;
            /** @constant */
            state?: "done";
        } | {
            error?: Record<string, never>;
            finished_at?: string;
            progress?: null;
            result?: null;
            /** @constant */
            state?: "failed";
        });
        JobEvent: {
            data: components["schemas"]["Job"];
            /**
             * Format: date-time
             * @description When the job ended.
             */
            timestamp: string;
            /** @enum {unknown} */
            type: "job.done" | "job.failed";
        };
        JobForm: components["schemas"]["ScoreForm"] & {
            webhook?: components["schemas"]["WebhookAddress"];
        };
        JobId: string;
        JobPath: components["schemas"]["ScorePath"] & {
            webhook?: components["schemas"]["WebhookAddress"] | null;
        };
        JobProblem: components["schemas"]["Problem"] & {
            /** @enum {unknown} */
            code?: "invalid_request" | "model_not_available" | "not_found" | "timeout" | "too_large" | "unsupported_media" | "unsupported_codec" | "empty_file" | "unreadable_video" | "no_video_stream" | "too_long" | "too_many_pixels" | "too_much_video" | "too_many_streams" | "too_complex" | "bad_sample_rate" | "out_of_memory" | "decoder_crashed" | "broke_its_worker" | "quarantined" | "internal" | "worker_failed" | "cannot_write" | "storage_full";
        };
        Jump: {
            at_s: components["schemas"]["Seconds"];
            from_frames: number;
            to_frames: number;
        };
        /** @enum {unknown} */
        Limit: "r37" | "bt1359_detectability" | "bt1359_acceptability";
        Measured: {
            confidence: number;
            evidence_s: components["schemas"]["Seconds"];
            fine_lag_ms: number;
            lag_ms: number;
            min_dist: number;
            offset: number;
        };
        Model: {
            name: components["schemas"]["ModelName"];
            precision: components["schemas"]["Precision"];
            version: components["schemas"]["Version"];
        };
        ModelName: string;
        /** @description Frames of 40 ms; above 0 the audio is early, below it is late. With offset_at_edge it lies up to 15 frames beyond max_offset_ms. */
        Offset: number | null;
        /** @enum {unknown} */
        Outcome: "pass" | "borderline" | "fail" | "not_judged";
        Passage: {
            end_s: components["schemas"]["Seconds"];
            evidence_s: components["schemas"]["Seconds"];
            /** @description Its lips say what is heard. */
            fits: boolean;
            /** @description In its middle. */
            offset_frames: number;
            start_s: components["schemas"]["Seconds"];
            /** @description The face. */
            track: number;
        };
        /** @enum {unknown} */
        Precision: "f32" | "bf16x3" | "bf16";
        /** @description How likely it is that the voice belongs to these lips. */
        Probability: number | null;
        /** @description RFC 9457, with the legacy API's `error`. */
        Problem: {
            code: components["schemas"]["ErrorCode"];
            /** @description What happened to this request in particular. */
            detail: string;
            error: string;
            /** @description What to do about it. */
            hint: string;
            status: number;
            title: string;
            /** @constant */
            type: "about:blank";
        };
        /** @enum {unknown} */
        ReasonCode: "in_sync" | "offset_too_large" | "offset_at_edge" | "drifts" | "jumps" | "part_does_not_match" | "voice_does_not_match" | "lips_do_not_move" | "uncertain" | "too_little_speech" | "no_audio" | "no_face" | "no_speech" | "too_short" | "mouth_not_visible" | "file_cut_off";
        /** @description The review for broadcast, where it was asked for; windows are there, too. */
        Report: {
            /** @description So much of the video could be compared. */
            compared_s: components["schemas"]["Seconds"];
            decided_by: components["schemas"]["Limit"];
            /** @description What would put it right. */
            fix: {
                /** @description Of move and stretch; below 0: earlier. */
                audio_later_ms: number | null;
                /** @description VIDEO stands for the file. */
                command: string | null;
                /**
                 * @description Move the audio; stretch it to the speed of the video, and move it; cut the video where the offset jumps, and mend each part. Nothing: there is no need; none: `syncnet fix` can't.
                 * @enum {unknown}
                 */
                remedy: "nothing" | "move" | "stretch" | "cut" | "none";
                /** @description Of stretch: the audio's new one. */
                speed: number | null;
                text: string;
            };
            headline: string;
            /** @description All limits, from the narrowest to the widest. */
            limits: {
                clause: string;
                /** @description So much the audio may be early. */
                early_ms: number;
                /** @description So much the audio may be late. */
                late_ms: number;
                limit: components["schemas"]["Limit"];
                name: string;
                outcome: components["schemas"]["Outcome"];
                /** @description The worst offset; above 0: the audio is early. */
                worst_ms: number | null;
            }[];
            /** @description Places that somebody should look at, in the order of time. */
            markers: (components["schemas"]["Interval"] & {
                /** @enum {unknown} */
                kind: "leaves_limit" | "reenters_limit" | "near_limit" | "jump" | "drift" | "voice_mismatch" | "lips_unseen";
                limit: components["schemas"]["Limit"] | null;
                /** @description The worst one there. */
                offset_ms: number | null;
                text: string;
            })[];
            /** @description What nothing is said about, and why. */
            not_judged: {
                /** @enum {unknown} */
                code: "no_offset" | "no_lips" | "beyond_range" | "other_tracks" | "damaged" | "cut_off" | "stopped";
                text: string;
            }[];
            /** @description The offset over time, of whoever speaks. */
            offsets: (components["schemas"]["Interval"] & {
                offset_ms: number;
                track: number;
            })[];
            outcome: components["schemas"]["Outcome"];
            speech_s: components["schemas"]["Seconds"];
            /**
             * @description Whose limits have to be kept.
             * @enum {unknown}
             */
            standard: "r37" | "bt1359" | "all";
            /** @description What is nearer to a limit than this is borderline. */
            uncertainty_ms: number;
        };
        Score: {
            /** @description Which audio was judged. Null: the video has none. */
            audio: components["schemas"]["Audio"] | null;
            /** @description The same client had the same bytes scored with the same model files and settings. */
            cached: boolean;
            confidence: components["schemas"]["Confidence"];
            debug: {
                /** @description Every face; the first leads. */
                all_results: components["schemas"]["Face"][];
                num_results: components["schemas"]["Count"];
            };
            decision: components["schemas"]["Decision"];
            /** @description Its standard error. */
            drift_error_ms_per_s: number | null;
            /** @description How the offset changes steadily; above 0 the audio gets earlier and earlier. Null where there is too little to tell. */
            drift_ms_per_s: number | null;
            /** @description Speech with a readable mouth: what the score is made of. */
            evidence_s: components["schemas"]["Seconds"];
            /** @description The same, between frames. */
            fine_lag_ms: number | null;
            /** @description Where the offset changes at once. */
            jumps: components["schemas"]["Jump"][];
            /** @description The offset in ms. */
            lag_ms: number | null;
            /** @description How far the offset was searched, early and late, in whole frames. */
            max_offset_ms: number;
            min_dist: components["schemas"]["Distance"];
            /** @description Of that, what no face explains at the video's offset. */
            mismatched_s: components["schemas"]["Seconds"];
            model: {
                detector: components["schemas"]["Detector"];
                name: components["schemas"]["ModelName"];
                precision: components["schemas"]["Precision"];
                version: components["schemas"]["Version"];
            };
            offset_frames: components["schemas"]["Offset"];
            /** @description Which part of the video which face explains, in the order of time. Between them there is no evidence. */
            passages: components["schemas"]["Passage"][];
            processing_time_ms: components["schemas"]["Count"];
            reason_codes: components["schemas"]["ReasonCode"][];
            /** @description The same as sentences. */
            reasons: string[];
            report?: components["schemas"]["Report"];
            score: components["schemas"]["Probability"];
            session_id: components["schemas"]["SessionId"];
            /** @description Where an early verdict was asked for, and found: so much of the video was looked at. */
            stopped_at_s?: components["schemas"]["Seconds"];
            video: components["schemas"]["Video"];
            windows?: components["schemas"]["Timeline"];
        };
        ScoreForm: {
            /**
             * @description which of the file's audio tracks; the best is the one whose voice fits the lips (best, default, an audio track's number (from 1 on) or its language (such as eng)).
             * @default best
             */
            audio_track: string | number | null;
            /**
             * @description where each face is, five times a second (true or false).
             * @default false
             */
            boxes: boolean | null;
            /**
             * @description stop as soon as the verdict is sure, and say nothing of the rest: for a login, not for a file that may have been edited (true or false).
             * @default false
             */
            early: boolean | null;
            /**
             * @description whose voice it has to be; a login wants the largest (all, largest, left, right or a face's number (`track` in debug.all_results)).
             * @default all
             */
            face: string | number | null;
            /** @description how far the offset is searched, early and late; the published SyncNet searches 600 ms whatever is said here (a whole number of ms from 200 to 10000). */
            max_offset_ms?: number | null;
            /** @description the model that scores; by default the custom one, if there is one, or the published one if it is there, else lipsync (lipsync, lipsync-grid, syncnet_v2 or the name of a custom model). */
            model?: string | null;
            /**
             * @description review it for broadcast, too: held to the limits of EBU R37 (r37), to those of ITU-R BT.1359 (bt1359), or to all of them (r37, bt1359 or all).
             * @enum {string|null}
             */
            report?: "r37" | "bt1359" | "all" | null;
            session_id?: components["schemas"]["SessionId"];
            video: components["schemas"]["VideoFile"];
            /**
             * @description the answer over time, too (true or false).
             * @default false
             */
            windows: boolean | null;
        };
        ScorePath: {
            /**
             * @description which of the file's audio tracks; the best is the one whose voice fits the lips (best, default, an audio track's number (from 1 on) or its language (such as eng)).
             * @default best
             */
            audio_track: string | number | null;
            /**
             * @description where each face is, five times a second (true or false).
             * @default false
             */
            boxes: boolean | null;
            /**
             * @description stop as soon as the verdict is sure, and say nothing of the rest: for a login, not for a file that may have been edited (true or false).
             * @default false
             */
            early: boolean | null;
            /**
             * @description whose voice it has to be; a login wants the largest (all, largest, left, right or a face's number (`track` in debug.all_results)).
             * @default all
             */
            face: string | number | null;
            /** @description how far the offset is searched, early and late; the published SyncNet searches 600 ms whatever is said here (a whole number of ms from 200 to 10000). */
            max_offset_ms?: number | null;
            /** @description the model that scores; by default the custom one, if there is one, or the published one if it is there, else lipsync (lipsync, lipsync-grid, syncnet_v2 or the name of a custom model). */
            model?: string | null;
            /**
             * @description review it for broadcast, too: held to the limits of EBU R37 (r37), to those of ITU-R BT.1359 (bt1359), or to all of them (r37, bt1359 or all).
             * @enum {string|null}
             */
            report?: "r37" | "bt1359" | "all" | null;
            session_id?: components["schemas"]["SessionId"] | null;
            video_path: components["schemas"]["VideoPath"];
            /**
             * @description the answer over time, too (true or false).
             * @default false
             */
            windows: boolean | null;
        };
        Seconds: number;
        /** @description At most 256 bytes. */
        SessionId: string;
        Spans: components["schemas"]["Seconds"][][];
        /** @description The answer over time, where it was asked for. */
        Timeline: {
            speakers: (components["schemas"]["Interval"] & {
                /** @description Null: the voice belongs to none of the faces. */
                track: number | null;
            })[];
            speech: components["schemas"]["Interval"][];
            step_s: number;
            tracks: {
                /** @description The offset drifts or jumps. */
                drifts: boolean;
                offsets: (components["schemas"]["Interval"] & components["schemas"]["Measured"])[];
                track: number;
                windows: ((components["schemas"]["Interval"] & {
                    fit?: number;
                    speech_share: number;
                }) & (({
                    /** @constant */
                    evidence: true;
                } & components["schemas"]["Measured"] & {
                    fit: number;
                }) | {
                    /** @constant */
                    evidence: false;
                }))[];
            }[];
            window_s: number;
        };
        Traceparent: string;
        /** @description What is known of a recording that goes on. */
        VerdictSoFar: {
            confidence: components["schemas"]["Confidence"];
            decision: components["schemas"]["Decision"];
            evidence_s: components["schemas"]["Seconds"];
            faces: {
                box: number[];
                track: components["schemas"]["Count"];
            }[];
            height: components["schemas"]["Count"];
            /** @description What the person before the camera can do about it, the most pressing first. */
            hints: ("no_audio" | "no_face" | "face_too_small" | "mouth_covered" | "speak_louder")[];
            offset_frames: components["schemas"]["Offset"];
            reason_codes: components["schemas"]["ReasonCode"][];
            score: components["schemas"]["Probability"];
            /** @description Of it, that were looked at. */
            seconds: components["schemas"]["Seconds"];
            speech_s: components["schemas"]["Seconds"];
            width: components["schemas"]["Count"];
        };
        Version: string;
        /** @description What was read. */
        Video: {
            audio_codec: string | null;
            codec: string;
            container: string;
            damaged_packets: components["schemas"]["Count"];
            fps: number;
            /** @description The exact rate, such as 30000/1001; null where it varies or is not known. */
            frame_rate: string | null;
            height: number;
            seconds: components["schemas"]["Seconds"];
            shots: components["schemas"]["Count"];
            speech_s: components["schemas"]["Seconds"];
            /** @description Of the first image, as the file has it; with a semicolon before the frames where numbers are dropped. */
            time_code: string | null;
            truncated: boolean;
            width: number;
        };
        /** @description The video as a file. */
        VideoFile: string;
        /** @description A file below a folder of UPLOAD_DIR: absolute, relative to that folder, or to where the service runs. */
        VideoPath: string;
        /**
         * Format: uri
         * @description https, and no private address. The service needs WEBHOOK_SECRET.
         */
        WebhookAddress: string;
    };
    responses: {
        /** @description The request is malformed. */
        BadRequest: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "invalid_request";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description The request is malformed, or asks for a model that is not here or for a face that the video does not have. */
        BadVideoRequest: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "invalid_request" | "model_not_available";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description Something went wrong here, or with a worker or a file of ours. */
        Failed: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "internal" | "worker_failed" | "cannot_write";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description The key may not do this. */
        Forbidden: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "forbidden";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description The key may not do this, or the path is not below a folder of UPLOAD_DIR. */
        ForbiddenPath: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "forbidden" | "path_not_allowed";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description The Idempotency-Key came with another video or other options before. */
        IdempotencyConflict: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "idempotency_conflict";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description Something went wrong here. */
        Internal: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "internal";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description Neither Content-Length nor chunked encoding. */
        LengthRequired: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "length_required";
                    /** @constant */
                    status?: 411;
                };
            };
        };
        /** @description The address does not know this method. */
        MethodNotAllowed: {
            headers: {
                Allow: components["headers"]["Allow"];
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "method_not_allowed";
                    /** @constant */
                    status?: 405;
                };
            };
        };
        /** @description The path is not a regular file. */
        NotAFile: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unsupported_media";
                    /** @constant */
                    status?: 415;
                };
            };
        };
        /** @description No such address, file or job. */
        NotFound: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "not_found";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /** @description The answer. Also where there was not enough to judge by: then the numbers are null. */
        Score: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Score"];
            };
        };
        /** @description Something went wrong here, or the state can't be read or kept. */
        StateFailed: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "internal" | "cannot_write";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description The disk is full. */
        StorageFull: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "storage_full";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description No answer within PROCESSING_TIMEOUT_SECONDS. */
        Timeout: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "timeout";
                    /** @constant */
                    status?: 408;
                };
            };
        };
        /** @description More than MAX_VIDEO_SIZE_MB, or 64 KiB of JSON. */
        TooLarge: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "too_large";
                    /** @constant */
                    status?: 413;
                };
            };
        };
        /** @description This client asks more often than it may, or has as many connections or uploads on their way as it may. */
        TooManyRequests: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "too_many_requests";
                    /** @constant */
                    status?: 429;
                };
            };
        };
        /** @description A valid key is needed. */
        Unauthorized: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unauthorized";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description The service or its disk is full, it stops, or its model files have changed. */
        Unavailable: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "overloaded" | "shutting_down" | "storage_full" | "models_changed";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description Not a video, or not a codec, that is read here. */
        UnsupportedVideo: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "unsupported_media" | "unsupported_codec";
                    /** @constant */
                    status?: 415;
                };
            };
        };
        /** @description A video, but not one that can be scored. */
        UnusableVideo: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "empty_file" | "unreadable_video" | "no_video_stream" | "too_long" | "too_many_pixels" | "too_much_video" | "too_many_streams" | "too_complex" | "bad_sample_rate" | "out_of_memory" | "decoder_crashed" | "broke_its_worker" | "quarantined";
                    /** @constant */
                    status?: 422;
                };
            };
        };
        /** @description The uploads on their way take all the room that they may. */
        UploadsFull: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "uploads_full";
                    /** @constant */
                    status?: 507;
                };
            };
        };
        /** @description The operator has listed names for the service, and the request's Host is none of them. */
        WrongHost: {
            headers: {
                traceparent: components["headers"]["traceparent"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    code?: "wrong_host";
                    /** @constant */
                    status?: 421;
                };
            };
        };
    };
    parameters: {
        /** @description The job's id. */
        id: components["schemas"]["JobId"];
        /** @description Comes back in the answer; what the body says goes first. */
        session_id: components["schemas"]["SessionId"];
        /** @description W3C trace context; taken on. */
        traceparent: components["schemas"]["Traceparent"];
    };
    requestBodies: {
        /** @description The video in one of three ways. */
        Job: {
            content: {
                "application/json": components["schemas"]["JobPath"];
                "application/octet-stream": unknown;
                "multipart/form-data": components["schemas"]["JobForm"];
                "video/*": unknown;
            };
        };
        /** @description The video in one of three ways. */
        Score: {
            content: {
                "application/json": components["schemas"]["ScorePath"];
                "application/octet-stream": unknown;
                "multipart/form-data": components["schemas"]["ScoreForm"];
                "video/*": unknown;
            };
        };
    };
    headers: {
        /** @description The methods that this address knows. */
        Allow: string;
        /** @description The job's address. */
        Location: string;
        /** @description Seconds to wait before the next try. */
        "Retry-After": string;
        "WWW-Authenticate": "Bearer";
        /** @description The request's trace, with a span of ours. */
        traceparent: components["schemas"]["Traceparent"];
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    health: {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Always 200: `status` tells how it is. Probes ask /readyz. */
            200: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["Internal"];
        };
    };
    live: {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        live: true;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["Internal"];
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus' text format, version 0.0.4. */
            200: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            421: components["responses"]["WrongHost"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Internal"];
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        openapi: "3.1.0";
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["Internal"];
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. */
            200: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        ready: true;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["Internal"];
            /** @description Not ready. */
            503: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        ready: false;
                        reason: string;
                    };
                };
            };
        };
    };
    score: {
        parameters: {
            query?: {
                /** @description Comes back in the answer; what the body says goes first. */
                session_id?: components["parameters"]["session_id"];
                /** @description the model that scores; by default the custom one, if there is one, or the published one if it is there, else lipsync (lipsync, lipsync-grid, syncnet_v2 or the name of a custom model). */
                model?: string;
                /** @description whose voice it has to be; a login wants the largest (all, largest, left, right or a face's number (`track` in debug.all_results)). */
                face?: string | number;
                /** @description which of the file's audio tracks; the best is the one whose voice fits the lips (best, default, an audio track's number (from 1 on) or its language (such as eng)). */
                audio_track?: string | number;
                /** @description how far the offset is searched, early and late; the published SyncNet searches 600 ms whatever is said here (a whole number of ms from 200 to 10000). */
                max_offset_ms?: number;
                /** @description the answer over time, too (true or false). */
                windows?: boolean;
                /** @description where each face is, five times a second (true or false). */
                boxes?: boolean;
                /** @description stop as soon as the verdict is sure, and say nothing of the rest: for a login, not for a file that may have been edited (true or false). */
                early?: boolean;
                /** @description review it for broadcast, too: held to the limits of EBU R37 (r37), to those of ITU-R BT.1359 (bt1359), or to all of them (r37, bt1359 or all). */
                report?: "r37" | "bt1359" | "all";
            };
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Score"];
        responses: {
            200: components["responses"]["Score"];
            400: components["responses"]["BadVideoRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenPath"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["Timeout"];
            411: components["responses"]["LengthRequired"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedVideo"];
            421: components["responses"]["WrongHost"];
            422: components["responses"]["UnusableVideo"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["UploadsFull"];
        };
    };
    createJob: {
        parameters: {
            query?: {
                /** @description Comes back in the answer; what the body says goes first. */
                session_id?: components["parameters"]["session_id"];
                /** @description Where to tell the job's end; what the body says goes first. */
                webhook?: components["schemas"]["WebhookAddress"];
                /** @description the model that scores; by default the custom one, if there is one, or the published one if it is there, else lipsync (lipsync, lipsync-grid, syncnet_v2 or the name of a custom model). */
                model?: string;
                /** @description whose voice it has to be; a login wants the largest (all, largest, left, right or a face's number (`track` in debug.all_results)). */
                face?: string | number;
                /** @description which of the file's audio tracks; the best is the one whose voice fits the lips (best, default, an audio track's number (from 1 on) or its language (such as eng)). */
                audio_track?: string | number;
                /** @description how far the offset is searched, early and late; the published SyncNet searches 600 ms whatever is said here (a whole number of ms from 200 to 10000). */
                max_offset_ms?: number;
                /** @description the answer over time, too (true or false). */
                windows?: boolean;
                /** @description where each face is, five times a second (true or false). */
                boxes?: boolean;
                /** @description stop as soon as the verdict is sure, and say nothing of the rest: for a login, not for a file that may have been edited (true or false). */
                early?: boolean;
                /** @description review it for broadcast, too: held to the limits of EBU R37 (r37), to those of ITU-R BT.1359 (bt1359), or to all of them (r37, bt1359 or all). */
                report?: "r37" | "bt1359" | "all";
            };
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
                /** @description The same key gives the same job. At most 256 bytes. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Job"];
        responses: {
            /** @description The job was taken on, or had been with this Idempotency-Key. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            400: components["responses"]["BadVideoRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenPath"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["IdempotencyConflict"];
            411: components["responses"]["LengthRequired"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotAFile"];
            421: components["responses"]["WrongHost"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["StateFailed"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["UploadsFull"];
        };
    };
    getJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                /** @description The job's id. */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job. */
            200: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["WrongHost"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["StateFailed"];
        };
    };
    deleteJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                /** @description The job's id. */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no such job any more. */
            204: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["WrongHost"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["StateFailed"];
            503: components["responses"]["StorageFull"];
        };
    };
    listenToJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                /** @description The job's id. */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events until the job has ended, is deleted, an hour is over or the service stops. The event's name is the job's state, its data the job (components/schemas/Job). A comment every 15 s tells that all is well. */
            200: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            421: components["responses"]["WrongHost"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["StateFailed"];
        };
    };
    scoreLiveByWebSocket: {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection is a WebSocket from here on. The key is judged then: an error is a message. */
            101: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
        };
    };
    scoreLive: {
        parameters: {
            query?: {
                /** @description Comes back in the answer; what the body says goes first. */
                session_id?: components["parameters"]["session_id"];
                /** @description the model that scores; by default the custom one, if there is one, or the published one if it is there, else lipsync (lipsync, lipsync-grid, syncnet_v2 or the name of a custom model). */
                model?: string;
                /** @description whose voice it has to be; a login wants the largest (all, largest, left, right or a face's number (`track` in debug.all_results)). */
                face?: string | number;
                /** @description which of the file's audio tracks; the best is the one whose voice fits the lips (best, default, an audio track's number (from 1 on) or its language (such as eng)). */
                audio_track?: string | number;
                /** @description how far the offset is searched, early and late; the published SyncNet searches 600 ms whatever is said here (a whole number of ms from 200 to 10000). */
                max_offset_ms?: number;
                /** @description the answer over time, too (true or false). */
                windows?: boolean;
                /** @description where each face is, five times a second (true or false). */
                boxes?: boolean;
                /** @description stop as soon as the verdict is sure, and say nothing of the rest: for a login, not for a file that may have been edited (true or false). */
                early?: boolean;
                /** @description review it for broadcast, too: held to the limits of EBU R37 (r37), to those of ITU-R BT.1359 (bt1359), or to all of them (r37, bt1359 or all). */
                report?: "r37" | "bt1359" | "all";
            };
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": unknown;
                "video/*": unknown;
            };
        };
        responses: {
            /** @description Server-sent events: ready, a verdict (components/schemas/VerdictSoFar) at least every half second of the recording, and at last a result (components/schemas/Score) or an error (components/schemas/Problem). */
            200: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["BadVideoRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            411: components["responses"]["LengthRequired"];
            421: components["responses"]["WrongHost"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
        };
    };
    scoreV1: {
        parameters: {
            query?: {
                /** @description Comes back in the answer; what the body says goes first. */
                session_id?: components["parameters"]["session_id"];
                /** @description the model that scores; by default the custom one, if there is one, or the published one if it is there, else lipsync (lipsync, lipsync-grid, syncnet_v2 or the name of a custom model). */
                model?: string;
                /** @description whose voice it has to be; a login wants the largest (all, largest, left, right or a face's number (`track` in debug.all_results)). */
                face?: string | number;
                /** @description which of the file's audio tracks; the best is the one whose voice fits the lips (best, default, an audio track's number (from 1 on) or its language (such as eng)). */
                audio_track?: string | number;
                /** @description how far the offset is searched, early and late; the published SyncNet searches 600 ms whatever is said here (a whole number of ms from 200 to 10000). */
                max_offset_ms?: number;
                /** @description the answer over time, too (true or false). */
                windows?: boolean;
                /** @description where each face is, five times a second (true or false). */
                boxes?: boolean;
                /** @description stop as soon as the verdict is sure, and say nothing of the rest: for a login, not for a file that may have been edited (true or false). */
                early?: boolean;
                /** @description review it for broadcast, too: held to the limits of EBU R37 (r37), to those of ITU-R BT.1359 (bt1359), or to all of them (r37, bt1359 or all). */
                report?: "r37" | "bt1359" | "all";
            };
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Score"];
        responses: {
            200: components["responses"]["Score"];
            400: components["responses"]["BadVideoRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenPath"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["Timeout"];
            411: components["responses"]["LengthRequired"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedVideo"];
            421: components["responses"]["WrongHost"];
            422: components["responses"]["UnusableVideo"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["Failed"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["UploadsFull"];
        };
    };
    version: {
        parameters: {
            query?: never;
            header?: {
                /** @description W3C trace context; taken on. */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The program's version and the default model. */
            200: {
                headers: {
                    traceparent: components["headers"]["traceparent"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        model: components["schemas"]["Model"];
                        version: components["schemas"]["Version"];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["Internal"];
        };
    };
    jobEnded: {
        parameters: {
            query?: never;
            header: {
                /** @description The job's id; a message may come more than once, drop doubles by it. */
                "webhook-id": components["schemas"]["JobId"];
                /** @description Seconds since 1970 at which this was sent. */
                "webhook-timestamp": string;
                /** @description `v1,` and the base64 of the HMAC-SHA-256 of id, timestamp and body with dots between, by WEBHOOK_SECRET. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobEvent"];
            };
        };
        responses: {
            /** @description The receiver wants no more of them; this one is not sent again. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It has arrived. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is sent again later. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
