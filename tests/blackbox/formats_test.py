"""What cameras, editors and broadcasters write, read in the sandbox as from any client."""

import unittest

import support

H264 = ("-c:v", "libx264", "-preset", "ultrafast")
PCM = ("-c:a", "pcm_s16le", "-ar", "48000")
FORMATS = {
    "prores": (".mov", ("-c:v", "prores_ks", "-profile:v", "1", "-c:a", "pcm_s24le"), ("mp4", "prores", "pcm_s24le")),
    "dnxhr": (".mov", ("-c:v", "dnxhd", "-profile:v", "dnxhr_lb", "-pix_fmt", "yuv422p", "-c:a", "alac"), ("mp4", "dnxhd", "alac")),
    "xdcam, OP1a": (".mxf", ("-c:v", "mpeg2video", "-pix_fmt", "yuv422p", "-b:v", "10M", "-intra_vlc", "1", *PCM), ("mxf", "mpeg2video", "pcm_s16le")),
    "AVC-Intra": (".mxf", ("-vf", "scale=960:720", "-r", "50", "-c:v", "libx264", "-pix_fmt", "yuv420p10le", "-avcintra-class", "50", *PCM),
                  ("mxf", "h264", "pcm_s16le")),
    "dv": (".avi", ("-vf", "scale=720:576", "-pix_fmt", "yuv420p", "-c:v", "dvvideo", *PCM), ("avi", "dvvideo", "pcm_s16le")),
    "interlaced": (".ts", ("-vf", "fps=50,tinterlace=interleave_top", "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-b:v", "6M", "-c:a", "mp2"),
                   ("mpegts", "mpeg2video", "mp2")),
    "HDR": (".mp4", ("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=none",
                     "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc", "-c:a", "aac"), ("mp4", "hevc", "aac")),
    "10 bit": (".mkv", ("-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p10le", "-c:a", "eac3"), ("matroska", "av1", "eac3")),
    "AC-3": (".ts", (*H264, "-c:a", "ac3"), ("mpegts", "h264", "ac3")),
    "DTS": (".mkv", (*H264, "-c:a", "dca", "-strict", "-2", "-ar", "48000"), ("matroska", "h264", "dts")),
    "flash": (".flv", ("-c:v", "flv", "-c:a", "libmp3lame", "-ar", "44100"), ("flv", "flv1", "mp3")),
    "windows": (".wmv", ("-c:v", "wmv2", "-b:v", "2M", "-c:a", "wmav2"), ("asf", "wmv2", "wmav2")),
    "ogg": (".ogv", ("-c:v", "libtheora", "-q:v", "8", "-c:a", "libvorbis"), ("ogg", "theora", "vorbis")),
    "odd size": (".mp4", ("-vf", "crop=314:238:3:1", *H264, "-c:a", "aac"), ("mp4", "h264", "aac")),
}


class Formats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = cls.enterClassContext(support.Service(MAX_VIDEO_SIZE_MB=200, PROCESSING_TIMEOUT_SECONDS=120))
        cls.clip = support.sample("--seconds", "5")

    def answer(self, clip):
        answer = self.service.post_form([("video", clip.read_bytes(), clip.name)])
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def test_each_gives_the_same_answer(self):
        expected = self.answer(self.clip)
        self.assertEqual(expected["decision"], "ALLOW")
        for name, (ending, options, streams) in FORMATS.items():
            with self.subTest(name):
                answer = self.answer(support.edited("-i", self.clip, *options, ending=ending))
                video = answer["video"]
                self.assertEqual((video["container"], video["codec"], video["audio_codec"]), streams)
                self.assertEqual((video["damaged_packets"], video["truncated"]), (0, False))
                self.assertEqual(answer["decision"], "ALLOW")
                self.assertAlmostEqual(answer["fine_lag_ms"], expected["fine_lag_ms"], delta=40)

    def test_what_an_edit_list_hides_is_not_judged(self):
        # It begins at the image before, and hides what is too much.
        answer = self.answer(support.edited("-ss", "0.5", "-i", self.clip, "-c", "copy", ending=".mp4"))
        self.assertEqual(answer["decision"], "ALLOW")
        self.assertAlmostEqual(answer["video"]["seconds"], 4.5, delta=0.1)

    def test_a_time_code_and_a_rate_of_television(self):
        for ending, start, rate in ((".mov", "00:00:58;20", "30000/1001"), (".mxf", "10:00:00:00", "25"), (".mov", "01:00:00:00", "24000/1001")):
            with self.subTest(start):
                codecs = ("-c:v", "mpeg2video", "-b:v", "6M", *PCM) if ending == ".mxf" else (*H264, "-c:a", "aac")
                clip = support.edited("-i", self.clip, "-r", rate, "-timecode", start, *codecs, ending=ending)
                answer = self.service.post_form([("video", clip.read_bytes(), clip.name), ("windows", "true")]).json()
                self.assertEqual((answer["video"]["time_code"], answer["video"]["frame_rate"]), (start, rate))
                self.assertEqual(answer["windows"]["tracks"][0]["windows"][0]["start"], start)

    def test_images_that_are_no_video_are_refused_by_name(self):
        clip = support.edited("-i", self.clip, "-t", "1", "-vf", "fps=5", "-an", ending=".gif")
        answer = self.service.post_form([("video", clip.read_bytes(), "x.gif")])
        self.assertEqual((answer.status, answer.json()["code"]), (415, "unsupported_media"))
        self.assertIn("'gif'", answer.json()["detail"])


if __name__ == "__main__":
    unittest.main()
