// Cases for which new media are made, from images and samples decoded once, and read again.
//
// Where only the audio changes, the new audio is read alone (with one image, so that it is a
// video) and joined to the lips of the clean clip: a reading of a file with both is the same.
#pragma once

#include "evaluate/embedding_cases.h"
#include "evaluate/loaded_clip.h"
#include "evaluate/synthetic_speech.h"

namespace syncnet::evaluate {

struct MediaTools {
    const Judge* judge = nullptr;
    Donors* donors = nullptr;
    const SyntheticSpeech* speech = nullptr;
};

// Adds to record.cases what `groups` want of a genuine clip, trimmed to its speech; none where it
// has no speech or no face leads in it.
void add_media_cases(const ReadClip& read, const MediaTools& tools, const Groups& groups,
                     ClipRecord& record);

// What can't be made here, and why: one sentence each.
std::vector<std::string> missing_for_media_cases(const Groups& groups,
                                                 const SyntheticSpeech& speech);

}  // namespace syncnet::evaluate
