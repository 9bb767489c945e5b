#include "evaluate/manifest.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "evaluate/scratch_folder_files.h"

namespace syncnet::evaluate {
namespace {

using ::testing::HasSubstr;

class ManifestFile : public testing::ScratchFolder {
  protected:
    std::string refusal(const std::string& name, const std::string& text) const {
        try {
            (void)read_manifest(write(name, text));
        } catch (const Error& e) {
            EXPECT_EQ(e.code(), ErrorCode::invalid_request);
            return e.what();
        }
        ADD_FAILURE() << "was taken: " << text;
        return {};
    }
};

TEST_F(ManifestFile, Jsonl) {
    const auto manifest = read_manifest(
        write("m.jsonl",
              "{\"path\": \"a/b.mp4\", \"label\": \"shifted\", \"offset\": -3, \"speaker\": \"s\", "
              "\"corpus\": \"c\", \"split\": \"test\", \"more\": [1]}\r\n\n"
              "{\"path\": \"c.mkv\", \"label\": \"genuine\", \"offset\": null}\n"));
    ASSERT_EQ(manifest.clips.size(), 2U);
    const Clip& first = manifest.clips[0];
    EXPECT_EQ(first.file, folder_ / "a/b.mp4");
    EXPECT_EQ(first.label, "shifted");
    EXPECT_EQ(first.offset, -3);
    EXPECT_EQ(first.speaker, "s");
    EXPECT_EQ(first.corpus, "c");
    EXPECT_EQ(first.split, "test");
    EXPECT_FALSE(manifest.clips[1].offset.has_value());
    EXPECT_EQ(manifest.clips[1].speaker, "c.mkv");  // a speaker of its own
    EXPECT_EQ(manifest.sha256.size(), 64U);
}

TEST_F(ManifestFile, CsvSaysTheSame) {
    const auto manifest =
        read_manifest(write("m.csv",
                            "\xef\xbb\xbflabel,path,offset,note\ngenuine,\"a, "
                            "\"\"b\"\".mp4\",1.5,\"two\nlines\"\nother,c.mp4,,\n"));
    ASSERT_EQ(manifest.clips.size(), 2U);
    EXPECT_EQ(manifest.clips[0].path, "a, \"b\".mp4");
    EXPECT_EQ(manifest.clips[0].offset, 1.5);
    EXPECT_FALSE(manifest.clips[1].offset.has_value());
}

TEST_F(ManifestFile, BadLinesAreNamed) {
    const std::string good = "{\"path\": \"a\", \"label\": \"genuine\"}\n";
    EXPECT_THAT(refusal("m.jsonl", good + "\n{\"path\": \"b\"}\n"), HasSubstr("line 3: \"label\""));
    EXPECT_THAT(refusal("m.jsonl", good + "{\"label\": \"genuine\"}\n"),
                HasSubstr("line 2: \"path\""));
    EXPECT_THAT(refusal("m.jsonl", good + "{\"path\": \"b\", \"label\": \"real\"}"),
                HasSubstr("line 2: the label \"real\" is none of genuine, shifted"));
    EXPECT_THAT(refusal("m.jsonl", good + "nonsense"), HasSubstr("line 2: this is no JSON"));
    EXPECT_THAT(refusal("m.jsonl", good + "[1]"), HasSubstr("line 2"));
    EXPECT_THAT(refusal("m.jsonl", good + good), HasSubstr("line 2: a is there twice"));
    EXPECT_THAT(refusal("m.jsonl", "{\"path\": \"a\", \"label\": \"genuine\", \"offset\": \"1\"}"),
                HasSubstr("offset"));
    EXPECT_THAT(refusal("m.jsonl", "{\"path\": \"a\", \"label\": \"genuine\", \"offset\": 1e9}"),
                HasSubstr("out of range"));
    EXPECT_THAT(refusal("m.csv", "path,label\na,genuine\nb,genuine,3\n"),
                HasSubstr("line 3: 3 fields where the header has 2"));
    EXPECT_THAT(refusal("m.csv", "path,kind\na,genuine\n"), HasSubstr("no column \"label\""));
    EXPECT_THAT(refusal("m.csv", "path,label,offset\na,genuine,1.5x\n"), HasSubstr("line 2"));
    EXPECT_THAT(refusal("m.jsonl", "\n"), HasSubstr("no clips"));
}

TEST_F(ManifestFile, AFileThatIsNotThere) {
    EXPECT_THROW((void)read_manifest(folder_ / "not there"), Error);
    EXPECT_THROW((void)read_manifest(folder_), Error);
}

Manifest hundred() {
    Manifest manifest;
    for (int i = 0; i < 100; ++i)
        manifest.clips.push_back({.path = "clip " + std::to_string(i),
                                  .label = i % 10 == 0 ? "dubbed" : "genuine",
                                  .corpus = i < 60 ? "big" : "small",
                                  .split = i % 2 == 0 ? "test" : "train"});
    return manifest;
}

TEST(Selection, BySplitAndCorpus) {
    const auto clips = selected(hundred(), {.split = "test", .corpora = {"small"}});
    EXPECT_EQ(clips.size(), 20U);
    for (const Clip& clip : clips) {
        EXPECT_EQ(clip.split, "test");
        EXPECT_EQ(clip.corpus, "small");
    }
    EXPECT_THROW((void)selected(hundred(), {.split = "validation"}), Error);
    EXPECT_THROW((void)selected(hundred(), {.corpora = {"tiny"}}), Error);
    EXPECT_THROW((void)selected(hundred(), {.in_sync = {"tiny"}}), Error);
}

TEST(Selection, TheLimitIsForEachCorpusAndLabelAndAlwaysTheSame) {
    const auto clips = selected(hundred(), {.limit = 3});
    EXPECT_EQ(clips.size(), 12U);
    EXPECT_EQ(clips.front().path, selected(hundred(), {.limit = 3}).front().path);
}

TEST(Selection, CorporaInSyncHaveAKnownOffset) {
    Manifest manifest = hundred();
    manifest.clips[1].offset = 2;
    for (const Clip& clip : selected(manifest, {.in_sync = {"big"}})) {
        if (clip.path == "clip 1")
            EXPECT_EQ(clip.offset, 2);
        else
            EXPECT_EQ(clip.offset.has_value(), clip.corpus == "big" && clip.genuine()) << clip.path;
    }
}

TEST(DrawnSubset, GenuineClipsOfEachCorpus) {
    const Manifest manifest = hundred();
    const auto drawn = drawn_subset(manifest.clips, 5);
    int big = 0, small = 0;
    for (std::size_t i = 0; i < drawn.size(); ++i)
        if (drawn[i]) {
            EXPECT_TRUE(manifest.clips[i].genuine());
            ++(manifest.clips[i].corpus == "big" ? big : small);
        }
    EXPECT_EQ(big, 5);
    EXPECT_EQ(small, 5);
}

}  // namespace
}  // namespace syncnet::evaluate
