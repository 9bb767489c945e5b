// The Python module syncnet._syncnet: libsyncnet's C++ interface with Python's types.
// python/syncnet/ is what people use.
#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>
#include <syncnet/syncnet.h>

#include <cmath>
#include <memory>
#include <string>

namespace py = pybind11;
using namespace py::literals;

namespace {

// Makes the dataclasses of syncnet.results.
class Results {
  public:
    py::object make(const syncnet::Result& r) const {
        return type("Result")(
            "decision"_a = decision(r.decision), "reasons"_a = list(r.reasons), "score"_a = r.score,
            "measurement"_a = value(r.measurement), "curve"_a = curve(r.curve),
            "evidence"_a = evidence(r.evidence), "faces"_a = list(r.faces),
            "passages"_a = list(r.passages), "jumps"_a = list(r.jumps), "drift"_a = value(r.drift),
            "windows"_a = list(r.windows), "speakers"_a = list(r.speakers),
            "model"_a = type("Model")(r.model.name, r.model.version, r.model.precision,
                                      r.model.detector, r.model.as_published),
            "stopped_at_s"_a = r.stopped_at_s, "json"_a = py::str(r.json));
    }

  private:
    py::object type(const char* name) const { return module_.attr(name); }

    static py::str decision(syncnet::Decision d) { return std::string(syncnet::to_string(d)); }

    template <typename T>
    py::object value(const std::optional<T>& v) const {
        return v ? make(*v) : py::none();
    }
    template <typename T>
    py::tuple list(const std::vector<T>& all) const {
        py::tuple made(all.size());
        for (std::size_t i = 0; i < all.size(); ++i) made[i] = make(all[i]);
        return made;
    }

    py::object make(const syncnet::TimeSpan& t) const {
        return type("TimeSpan")(t.start_s, t.end_s);
    }
    py::object make(const syncnet::Reason& r) const { return type("Reason")(r.code, r.sentence); }
    py::object make(const syncnet::Measurement& m) const {
        return type("Measurement")(m.offset_frames, m.fine_offset_frames, m.confidence, m.min_dist,
                                   m.evidence_s);
    }
    py::object make(const syncnet::Passage& p) const {
        return type("Passage")(make(p.time), p.track, p.fits, p.offset_frames, p.evidence_s);
    }
    py::object make(const syncnet::Jump& j) const {
        return type("Jump")(j.time_s, j.from_frames, j.to_frames);
    }
    py::object make(const syncnet::Drift& d) const {
        return type("Drift")(d.ms_per_s, d.error_ms_per_s, d.significant);
    }
    py::object make(const syncnet::Window& w) const {
        return type("Window")(make(w.time), w.track, w.speech_share, value(w.measurement), w.fit);
    }
    py::object make(const syncnet::Speaking& s) const {
        return type("Speaking")(make(s.time), s.track);
    }
    py::object make(const syncnet::Face& f) const {
        const syncnet::Box& box = f.mean_box;
        return type("Face")("track"_a = f.track, "seen"_a = make(f.seen),
                            "mean_box"_a = py::make_tuple(box.left, box.top, box.right, box.bottom),
                            "read"_a = list(f.read), "spoke"_a = list(f.spoke),
                            "decision"_a = decision(f.decision), "reasons"_a = list(f.reasons),
                            "score"_a = f.score, "measurement"_a = value(f.measurement),
                            "curve"_a = curve(f.curve),
                            "framewise"_a = py::array_t<float>(
                                static_cast<py::ssize_t>(f.framewise.size()), f.framewise.data()));
    }
    py::object evidence(const syncnet::Evidence& e) const {
        return type("Evidence")(e.has_audio, e.any_face, e.cut_off, e.video_s, e.speech_s, e.seen_s,
                                e.readable_s, e.still_s, e.fitting_s, e.mismatched_s);
    }
    // Offsets and distances, NaN where there is none.
    py::object curve(const std::vector<syncnet::CurvePoint>& points) const {
        const auto count = static_cast<py::ssize_t>(points.size());
        py::array_t<int> offsets(count);
        py::array_t<double> distances(count);
        for (py::ssize_t i = 0; i < count; ++i) {
            const syncnet::CurvePoint& point = points[static_cast<std::size_t>(i)];
            offsets.mutable_at(i) = point.offset_frames;
            distances.mutable_at(i) = point.distance.value_or(NAN);
        }
        return type("Curve")(offsets, distances);
    }

    py::module_ module_ = py::module_::import("syncnet.results");
};

// Runs without the GIL, then makes the result with it.
template <typename Work>
py::object result_of(const Work& work) {
    const syncnet::Result result = [&] {
        const py::gil_scoped_release others;
        return work();
    }();
    return Results().make(result);
}

syncnet::Request to_request(const std::string& face, const std::string& audio,
                            std::optional<int> max_offset_ms,
                            std::optional<std::pair<double, double>> windows, bool early,
                            std::optional<double> timeout, const std::stop_source* stop) {
    syncnet::Request request{
        .face = face, .audio = audio, .max_offset_ms = max_offset_ms, .early = early};
    if (windows) request.windows = {.window_s = windows->first, .step_s = windows->second};
    if (timeout)
        request.timeout = std::chrono::milliseconds(std::llround(std::max(0.0, *timeout) * 1000));
    if (stop != nullptr) request.stop = stop->get_token();
    return request;
}

// The caller is told, and Ctrl-C is heard, though the GIL is away.
void listen(syncnet::Request& request, const py::object& on_progress) {
    request.on_progress = [&on_progress](double done) {
        const py::gil_scoped_acquire gil;
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        if (!on_progress.is_none()) on_progress(done);
    };
}

py::object analyze(const syncnet::Analyzer& analyzer, const py::object& video,
                   syncnet::Request request, const py::object& on_progress) {
    listen(request, on_progress);
    if (py::isinstance<py::int_>(video)) {
        const int fd = video.cast<int>();
        return result_of([&] { return analyzer.analyze_fd(fd, request); });
    }
    if (PyObject_CheckBuffer(video.ptr()) != 0) {
        const py::buffer_info bytes = py::reinterpret_borrow<py::buffer>(video).request();
        const std::span whole(static_cast<const std::byte*>(bytes.ptr),
                              static_cast<std::size_t>(bytes.size * bytes.itemsize));
        return result_of([&] { return analyzer.analyze_bytes(whole, request); });
    }
    const auto path = video.cast<std::filesystem::path>();
    return result_of([&] { return analyzer.analyze_file(path, request); });
}

using Frame = py::array_t<std::uint8_t, py::array::c_style>;
using Samples = py::array_t<float, py::array::c_style>;

void push_frame(syncnet::Feed& feed, const Frame& frame, std::optional<double> time) {
    std::optional<std::chrono::microseconds> shown;
    if (time) shown = std::chrono::microseconds(std::llround(*time * 1e6));
    const std::span bytes(frame.data(), static_cast<std::size_t>(frame.size()));
    const py::gil_scoped_release others;
    feed.push_frame(bytes, 0, shown);
}

void push_samples(syncnet::Feed& feed, const Samples& samples) {
    const std::span all(samples.data(), static_cast<std::size_t>(samples.size()));
    const py::gil_scoped_release others;
    feed.push_samples(all);
}

void translate(std::exception_ptr thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const syncnet::Error& e) {
        const py::object type = py::module_::import("syncnet.errors").attr("Error");
        const syncnet::ErrorInfo& info = e.info();
        const py::object error =
            type(e.what(), std::string(info.name), std::string(info.hint_for_command()));
        PyErr_SetObject(type.ptr(), error.ptr());
    }
}

}  // namespace

PYBIND11_MODULE(_syncnet, m) {
    py::register_exception_translator(&translate);
    m.attr("__version__") = std::string(syncnet::version());

    py::class_<std::stop_source>(m, "Stop")
        .def(py::init<>())
        .def("request", [](std::stop_source& stop) { stop.request_stop(); })
        .def_property_readonly("requested", &std::stop_source::stop_requested);

    py::class_<syncnet::Request>(m, "Request")
        .def(py::init(&to_request), "face"_a, "audio"_a, "max_offset_ms"_a, "windows"_a, "early"_a,
             "timeout"_a, "stop"_a);

    py::class_<syncnet::Feed>(m, "Feed")
        .def("push_frame", &push_frame)
        .def("push_samples", &push_samples)
        .def("finish",
             [](syncnet::Feed& feed) { return result_of([&] { return feed.finish(); }); });

    py::class_<syncnet::Analyzer>(m, "Analyzer")
        .def(py::init([](const std::filesystem::path& models, const std::string& model,
                         const std::filesystem::path& model_path,
                         const std::filesystem::path& detector_path,
                         const std::filesystem::path& calibration, bool cropped) {
            const py::gil_scoped_release others;
            return syncnet::Analyzer({.models = models,
                                      .model = model,
                                      .model_path = model_path,
                                      .detector_path = detector_path,
                                      .calibration = calibration,
                                      .cropped = cropped});
        }))
        .def("analyze", &analyze)
        .def("feed", [](const syncnet::Analyzer& analyzer, int width, int height, double fps,
                        int sample_rate, const syncnet::Request& request) {
            return analyzer.feed({width, height, fps, sample_rate}, request);
        });
}
