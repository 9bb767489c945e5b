// `syncnet report`: review for broadcast, as a page, a table, an edit decision list, or a few
// lines.
#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/error.h"
#include "base/json.h"
#include "base/new_file.h"
#include "cli/analysis_flags.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "pipeline/analyzer.h"
#include "report/csv.h"
#include "report/edl.h"
#include "report/page.h"
#include "report/pdf.h"
#include "report/review.h"
#include "report/summary.h"
#include "report/thumbnails.h"

namespace syncnet::cli {
namespace {

namespace fs = std::filesystem;

struct ReportFlags {
    std::vector<std::string> videos, out;
    std::string standard = "r37";
    pipeline::TimelineOptions timeline;
    bool force = false, json = false;
    AnalysisFlags analysis;
};

// Everything that is to be written: refused before any video is read, there as a whole or not at
// all.
class Outputs {
  public:
    explicit Outputs(const ReportFlags& flags) {
        for (const std::string& name : flags.out) add(name, flags);
    }

    bool has_pages() const { return has(".html") || has(".pdf"); }

    void write(std::span<const report::Entry> entries,
               std::span<const std::vector<media::Jpeg>> thumbnails,
               const std::function<void()>& between) {
        std::string page;
        if (has_pages()) {
            std::vector<report::PageEntry> all;
            for (std::size_t i = 0; i < entries.size(); ++i)
                all.push_back({.entry = &entries[i], .thumbnails = thumbnails[i]});
            page = report::page(all, today());
        }
        for (Output& out : outputs_) {
            const std::string ending = out.place.extension().string();
            if (ending == ".html") put(*out.file, page);
            if (ending == ".pdf") report::print_pdf(browser_, page, out.file->path(), between);
            if (ending == ".csv") put(*out.file, report::csv(entries));
            // A video that could not be read has no list: its error was told.
            if (ending == ".edl") {
                if (const auto* const r = std::get_if<report::Review>(&entries.front()))
                    put(*out.file, report::edl(*r));
                else
                    out.file.reset();
            }
        }
        for (const Output& out : outputs_) {
            if (!out.file) continue;
            out.file->put_in_place();
            std::cerr << out.place.string() << ": written\n";
        }
    }

  private:
    struct Output {
        fs::path place;
        std::unique_ptr<NewFile> file;
    };

    void add(const std::string& name, const ReportFlags& flags) {
        const fs::path place(name);
        const std::string ending = place.extension().string();
        constexpr std::array<std::string_view, 4> kEndings{".html", ".pdf", ".csv", ".edl"};
        if (std::ranges::find(kEndings, ending) == kEndings.end())
            throw Error(ErrorCode::invalid_setting,
                        name + ": name an output that ends in .html, .pdf, .csv or .edl");
        if (ending == ".edl" && flags.videos.size() > 1)
            throw Error(ErrorCode::invalid_setting,
                        name + ": an .edl has one time line: make one a video");
        if (ending == ".pdf") browser_ = report::find_browser();
        std::error_code none;
        for (const std::string& video : flags.videos)
            if (fs::equivalent(video, place, none))
                throw Error(ErrorCode::invalid_setting, "the output is the video itself");
        outputs_.push_back(
            {.place = place,
             .file = std::make_unique<NewFile>(
                 place, flags.force ? NewFile::IfThere::replace : NewFile::IfThere::refuse)});
    }

    bool has(std::string_view ending) const {
        return std::ranges::any_of(outputs_,
                                   [&](const Output& o) { return o.place.extension() == ending; });
    }

    static void put(const NewFile& file, const std::string& text) {
        std::ofstream out(file.path(), std::ios::binary);
        out << text;
        out.close();
        if (!out) throw Error(ErrorCode::cannot_write, file.path().string() + " can't be written");
    }

    static std::string today() {
        const std::time_t now =
            std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
        std::tm utc{};
        ::gmtime_r(&now, &utc);
        std::array<char, 16> text{};
        return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &utc)};
    }

    std::vector<Output> outputs_;
    fs::path browser_;
};

void print_json(const report::Entry& entry) {
    nlohmann::json line;
    if (const auto* const r = std::get_if<report::Review>(&entry)) {
        line = pipeline::to_json(r->analysis);
        line["video_path"] = r->video;
        line["report"] = report::to_json(*r);
    } else {
        const auto& f = std::get<report::Failure>(entry);
        const ErrorInfo& info = f.error.info();
        line = {{"video_path", f.video},
                {"error", info.name},
                {"title", info.title_for_command()},
                {"detail", f.error.what()},
                {"hint", info.hint_for_command()}};
    }
    // A file's name may be any bytes.
    std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

class Reporting {
  public:
    explicit Reporting(const ReportFlags& flags)
        : flags_(flags),
          outputs_(flags),
          analyzer_(pipeline::load_models(flags.analysis.models()), flags.analysis.analyzer()) {
        (void)analyzer_.models().find(flags.analysis.video.model);  // unknown: before any video
    }

    int run() {
        int status = kDone;
        for (const std::string& video : flags_.videos) {
            try {
                add(video);
            } catch (const Error& e) {
                // The next video may be better; one that was stopped is not.
                if (e.code() == ErrorCode::cancelled) throw;
                status = std::max<int>(status, cli::report(e, video));
                entries_.emplace_back(report::Failure{.video = video, .error = e});
                thumbnails_.emplace_back();
            }
            if (flags_.json)
                print_json(entries_.back());
            else if (const auto* const r = std::get_if<report::Review>(&entries_.back()))
                std::cout << report::summary(*r);
        }
        outputs_.write(entries_, thumbnails_, stop_);
        return status;
    }

  private:
    void add(const std::string& video) {
        ProgressBar bar(true);
        pipeline::Request request = flags_.analysis.request();
        request.timeline = flags_.timeline;
        request.on_progress = [&](double done) { bar.update(done); };
        request.stop = interrupt_.token();
        report::Entry entry = report::review(
            video, analyzer_.analyze(media::Source::from_path(video), request),
            pipeline::parse_standard(flags_.standard).value(), flags_.analysis.text());
        std::vector<media::Jpeg> images;
        if (outputs_.has_pages())
            images = report::thumbnails(std::get<report::Review>(entry),
                                        flags_.analysis.reading().limits,
                                        [&] { pipeline::check(request); });
        entries_.push_back(std::move(entry));
        thumbnails_.push_back(std::move(images));
    }

    const Interrupt interrupt_;
    const ReportFlags& flags_;
    Outputs outputs_;
    const pipeline::Analyzer analyzer_;
    const std::function<void()> stop_ = [this] {
        if (interrupt_.token().stop_requested())
            throw Error(ErrorCode::cancelled, "it was stopped");
    };
    std::vector<report::Entry> entries_;
    std::vector<std::vector<media::Jpeg>> thumbnails_;
};

}  // namespace

void add_report(CLI::App& app, int& status) {
    auto* const command = app.add_subcommand(
        "report", "Review videos for broadcast: pass or fail, offset over time, markers, the fix");
    const auto flags = std::make_shared<ReportFlags>();
    command->add_option("video", flags->videos, "videos")->required();
    command
        ->add_option("-o,--out", flags->out,
                     "file to write, may be given again: .html, .pdf (printed by Chromium), .csv "
                     "or .edl (markers); none: a few lines a video only")
        ->allow_extra_args(false);
    command
        ->add_option("--standard", flags->standard,
                     "what passes: r37 (EBU R37, 40 ms early to 60 ms late), bt1359 (ITU-R "
                     "BT.1359's acceptability, 90 ms early to 185 ms late), all (both, and "
                     "BT.1359's detectability)")
        ->check(CLI::IsMember({"r37", "bt1359", "all"}))
        ->capture_default_str();
    command->add_option("--window", flags->timeline.window_seconds, "seconds of a window")
        ->check(CLI::Range(0.4, 600.0))
        ->capture_default_str();
    command->add_option("--step", flags->timeline.step_seconds, "seconds from one to the next")
        ->check(CLI::Range(0.04, 600.0))
        ->capture_default_str();
    command->add_flag("--force", flags->force, "replace files that are there");
    command->add_flag("--json", flags->json,
                      "what `windows --json` prints, and \"report\", a line a video");
    flags->analysis.add_to(*command);
    command->callback([flags, &status] { status = Reporting(*flags).run(); });
}

}  // namespace syncnet::cli
