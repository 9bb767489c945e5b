// The C++ interface of libsyncnet.
//
//   const syncnet::Analyzer analyzer;                       // loads the models once
//   const syncnet::Result result = analyzer.analyze_file("clip.mp4");
//   if (result.decision == syncnet::Decision::allow) ...
#pragma once

#include "syncnet/analyzer.h"
#include "syncnet/error.h"
#include "syncnet/feed.h"
#include "syncnet/result.h"
#include "syncnet/version.h"
