import type { Hint, Problem, ReasonCode, Report } from "../../client/index.ts";

type MarkerKind = Report["markers"][number]["kind"];
type Remedy = Report["fix"]["remedy"];
type Unjudged = Report["not_judged"][number]["code"];

interface Facts {
  evidence: string;
  mismatched: string;
  shift: string;
}

interface ReviewFacts {
  compared: string;
  speech: string;
  seconds: string;
  searched: string;
  tracks: number;
  why: string;
}

// Every sentence of the page. The other languages have this file's type: one that lacks a message is an error.
export const en = {
  language: "English",
  title: "syncnet",
  skip: "Skip to content",
  languageLabel: "Language",
  home: "Start page",

  start: {
    heading: "Does this voice belong to these lips?",
    intro: "Record a few seconds of yourself, or bring a video. You get an answer, how sure it is, and why.",
    camera: "Use my camera",
    cameraNote: "Camera and microphone; nothing is sent before you press Start.",
    drop: "Drop a video here",
    choose: "Choose a file",
    formats: "MP4, MOV, WebM, MKV, AVI and most others",
    samples: "No video at hand? Try a sample.",
    privacy: "Videos go to this server only. They are scored and not kept, unless you ask for a link.",
    compare: "Compare two results",
    options: "Options",
    face: "Whose voice it has to be",
    faces: {
      all: "Anybody’s who is in view",
      largest: "The largest face’s",
      left: "The leftmost face’s",
      right: "The rightmost face’s",
    },
    model: "Model",
    defaultModel: "The service’s choice",
    standard: "Limits for broadcast",
    standards: { r37: "EBU R37", bt1359: "ITU-R BT.1359", all: "Both" },
  },

  samples: {
    in_sync: { name: "In sync", note: "Voice and lips are one." },
    late: { name: "Late audio", note: "The voice comes 320 ms after the lips." },
    other_voice: { name: "Another voice", note: "Other words than the lips say." },
  },

  record: {
    heading: "Record yourself",
    name: "Recording",
    asking: "Please allow the camera and the microphone.",
    preview: "What the camera sees",
    place: "Look at the camera, your face inside the frame, then read aloud:",
    text: "“The quick brown fox jumps over the lazy dog, while five boxing wizards watch from the wall.”",
    camera: "Camera",
    microphone: "Microphone",
    level: "Microphone level",
    start: "Start",
    stop: "Stop",
    back: "Back",
    countdown: (left: number) => `Starting in ${left}`,
    speak: "Speak now",
    seconds: (now: number, most: number) => `${now} of at most ${most} s`,
    finishing: "Looking at the rest …",
    lost: "The connection is lost. Trying again; keep speaking.",
    found: "The connection is back.",
    withoutLive: "The connection is lost. The recording goes on, and is sent when it is done.",
    unnamedCamera: (n: number) => `Camera ${n}`,
    unnamedMicrophone: (n: number) => `Microphone ${n}`,
    soFar: {
      ALLOW: "It fits so far",
      NEXT: "Not sure yet",
      BLOCK: "It does not fit so far",
    },
    hints: {
      no_audio: "No sound arrives. Check the microphone.",
      no_face: "No face to be seen. Come into the frame.",
      face_too_small: "Come closer to the camera.",
      mouth_covered: "Keep your mouth in view.",
      speak_louder: "Speak louder, or closer to the microphone.",
    } satisfies Record<Hint, string>,
  },

  upload: {
    heading: "Looking at the video",
    sending: "Sending",
    scoring: "Comparing lips and voice …",
    waiting: "Waiting for the result …",
    percent: (part: number) => `${Math.round(part * 100)} %`,
    cancel: "Cancel",
  },

  result: {
    decisions: {
      ALLOW: "The voice belongs to these lips",
      NEXT: "Not sure",
      BLOCK: "The voice does not belong to these lips",
    },
    otherTime: "The voice fits these lips, but not at this time",
    reasons: {
      in_sync: (f) => `${f.evidence} s of speech fit the mouth that is seen.`,
      offset_too_large: (f) => `The audio is ${f.shift}.`,
      offset_at_edge: () => "The best fit lies beyond what was searched.",
      drifts: () => "The audio runs fast or slow against the pictures.",
      jumps: () => "The offset changes at once, as after a cut.",
      part_does_not_match: (f) => `${f.mismatched} s of the speech do not fit these lips.`,
      voice_does_not_match: (f) => `${f.evidence} s of speech with a readable mouth were compared, and fit at no time.`,
      lips_do_not_move: () => "Speech is heard, but the faces in view keep still.",
      uncertain: () => "It neither fits well enough nor badly enough to be sure.",
      too_little_speech: (f) => `Only ${f.evidence} s of speech while a mouth could be read.`,
      no_audio: () => "The video has no audio.",
      no_face: () => "No face is to be seen.",
      no_speech: () => "No speech is to be heard.",
      too_short: () => "The video is too short.",
      mouth_not_visible: () => "The mouth can’t be seen well enough.",
      file_cut_off: () => "The end of the file is missing.",
    } satisfies Record<ReasonCode, (facts: Facts) => string>,
    inTime: "in time",
    early: (ms: number) => `${ms} ms early`,
    late: (ms: number) => `${ms} ms late`,
    unknown: "not known",
    nowhere: "fits nowhere",
    facts: {
      score: "Score",
      scoreNote: "How likely voice and lips are one",
      offset: "Audio",
      offsetNote: "Against the lips",
      evidence: "Evidence",
      evidenceNote: "Speech with a readable mouth",
    },
    seconds: (s: string) => `${s} s`,
    stoppedAt: (s: string) => `More would not have changed the answer: ${s} s were looked at.`,
    video: "Video",
    videoNote: "A solid box: the voice is this face’s just then. A dashed one: it is not.",
    faceLabel: (n: number) => `Face ${n}`,
    speaking: "speaks",
    curve: "Sync curve",
    curveNote: "How far lips and voice are apart at each shift of the audio. A deep valley is a good fit.",
    curveSummary: (shift: string, distance: string) =>
      `Lowest where the audio is ${shift}, at a distance of ${distance}.`,
    noCurve: "Nothing could be measured.",
    shiftAxis: "shift of the audio in ms: late is left, early is right",
    distanceAxis: "distance",
    time: "Over time",
    timeNote:
      "When there was speech, who spoke, and how the audio was shifted. A hollow point: it fits nowhere just then.",
    limitNote: "Dashed lines: the limit for broadcast.",
    seekNote: "Press a time to go there.",
    timeAxis: "seconds",
    offsetAxis: "ms",
    timeSummary: (parts: string) => `Offset over time: ${parts}.`,
    timePart: (from: string, to: string, shift: string) => `${from} to ${to} s ${shift}`,
    noOffsets: "Too little speech for offsets over time.",
    speechLane: "Speech",
    nobodyLane: "No face",
    faces: "Faces",
    facesNote: "Each face as if it were the only one.",
    noFaces: "No face was found.",
    faceColumns: {
      face: "Face",
      decision: "Decision",
      score: "Score",
      shift: "Audio",
      when: "In view",
      evidence: "Evidence",
      reason: "Why",
    },
    showCurve: "Show its curve",
    surer: "What would make it surer",
    advice: {
      speak: "Speak longer: three seconds of speech are often enough.",
      louder: "Speak louder, in a quiet place.",
      light: "Light the face from the front, and keep hands and microphones away from the mouth.",
      closer: "Come closer, so that the face fills a third of the picture.",
      look: "Look into the camera.",
      microphone: "Check that the microphone is on, and the right one chosen.",
      wider: "Ask with a larger max_offset_ms: the true offset may lie further away.",
      original: "Take the original file, before it was cut or encoded again.",
      fix: "If it is your file: “syncnet fix” moves the audio back into its place.",
      complete: "Send the whole file.",
      onePerson: "Have one person in view who speaks.",
    },
    about: (model: string, version: string, ms: number) => `Model ${model} ${version}, ${ms} ms.`,
    download: "Download JSON",
    share: "Make a link",
    sharing: "Keeping the result …",
    shared: "Anybody who may use this service can open this link until the result expires:",
    copy: "Copy",
    copied: "Copied.",
    compare: "Compare",
    again: "Start again",
  },

  review: {
    heading: "Review for broadcast",
    outcomes: { pass: "Pass", borderline: "Borderline", fail: "Fail", not_judged: "Not judged" },
    headline: (limit: string, worst: string, most: string) =>
      `${limit}: at worst the audio is ${worst}; allowed is at most ${most}.`,
    limits: "Against the limits",
    limitsNote: (ms: string) => `Measured to about ${ms} ms: what is nearer to a limit is borderline, not passed.`,
    clauses: {
      r37: "at the end of the chain",
      bt1359_detectability: "detectability",
      bt1359_acceptability: "acceptability",
    },
    range: (early: string, late: string) => `${early} ms early to ${late} ms late`,
    limitColumns: { limit: "Limit", range: "Audio may be", worst: "At worst", outcome: "Outcome" },
    markers: "Places to look at",
    noMarkers: "None.",
    markerColumns: { number: "No.", when: "From, to", what: "What" },
    markerKinds: {
      leaves_limit: {
        title: "Outside the limit:",
        text: (shift, limit) => `at worst the audio is ${shift}, outside ${limit}.`,
      },
      reenters_limit: {
        title: "Back inside the limit:",
        text: (shift, limit) => `the audio is ${shift}, within ${limit} again.`,
      },
      near_limit: {
        title: "At the limit:",
        text: (shift, limit) => `the audio is ${shift}, too near to the limit to tell on which side of ${limit}.`,
      },
      jump: { title: "The offset jumps:", text: (shift) => `from here on the audio is ${shift}.` },
      drift: { title: "The audio drifts:", text: () => "it runs fast or slow against the pictures." },
      voice_mismatch: {
        title: "The voice does not match:",
        text: () => "it fits the lips in view at no offset. Dubbed, another’s, or another shot: let somebody look.",
      },
      lips_unseen: { title: "No lips in view:", text: () => "speech, but no mouth to compare it with." },
    } satisfies Record<MarkerKind, { title: string; text: (shift: string, limit: string) => string }>,
    fix: "What would put it right",
    remedies: {
      nothing: () => "Nothing: the audio is within one frame of its place.",
      move: (moved) => `Move the audio: it has to come ${moved}. Nothing is encoded again.`,
      stretch: (moved, percent) =>
        `Give the audio the speed of the video (${percent} % of its own); at the beginning it has to come ${moved}. The audio is encoded again.`,
      cut: () => "Cut the video where the offset jumps, and mend each part: no one offset is right.",
      none: () => "“syncnet fix” can’t put it right: it isn’t certain enough what is wrong.",
    } satisfies Record<Remedy, (moved: string, percent: string) => string>,
    earlier: (ms: string) => `${ms} ms earlier`,
    later: (ms: string) => `${ms} ms later`,
    commandNote: "VIDEO stands for your file.",
    notJudged: "What was not judged",
    unjudged: {
      no_offset: (f) => `No offset could be measured. ${f.why}`,
      no_lips: (f) =>
        `Sound is compared with lips only: ${f.compared} of ${f.seconds} s, in which ${f.speech} s of speech were found. Of silence, music and voices without a face nothing is said.`,
      beyond_range: (f) => `The offset lies beyond the ${f.searched} ms that were searched.`,
      other_tracks: (f) => `The file has ${f.tracks} audio tracks; this is about the one that was compared.`,
      damaged: () => "Damaged pieces were passed over.",
      cut_off: () => "The end of the file is missing and was not seen.",
      stopped: () => "The analysis stopped early; the rest was not seen.",
    } satisfies Record<Unjudged, (facts: ReviewFacts) => string>,
    file: "The file",
    facts: {
      length: "Length",
      container: "Container",
      video: "Video",
      rate: "Frame rate",
      perSecond: (n: string) => `${n} a second`,
      timeCode: "Time code",
      noTimeCode: "none in the file: counted from 0",
      audio: "Audio track",
    },
    more: "As a PDF, and with markers for an editor:",
  },

  compare: {
    heading: "Compare two results",
    intro: "Choose results of this visit, files that you downloaded, or links to stored results.",
    sides: ["First result", "Second result"] as readonly [string, string],
    none: "Choose …",
    ofVisit: "Of this visit",
    file: "Open a JSON file",
    link: "Link or job number",
    open: "Open",
    notAResult: "This is not a result of this service.",
    empty: "Choose two results to see them side by side.",
    rows: {
      decision: "Decision",
      why: "Why",
      score: "Score",
      shift: "Audio",
      confidence: "Confidence",
      evidence: "Evidence",
      faces: "Faces",
      model: "Model",
    },
    table: "Both results",
    curves: "Both sync curves",
    back: "Back",
  },

  key: {
    heading: "This service wants a key",
    wrong: "This key is not known here, or may not do this.",
    label: "API key",
    note: "It is kept until this tab is closed, and sent in a header only.",
    use: "Use it",
    cancel: "Cancel",
  },

  failure: {
    heading: "That did not work",
    unreachable: "The service can’t be reached",
    unreachableHint: "Is it still running, and are you online? Nothing is lost: try again.",
    denied: "The camera was not allowed",
    deniedHint:
      "Your browser or somebody said no. Press the camera or lock sign beside the address, allow camera and microphone, then try again. Or choose a file.",
    noDevice: "There is no camera, or no microphone",
    noDeviceHint: "Connect one and try again. Or choose a file.",
    deviceBusy: "The camera can’t be opened",
    deviceBusyHint: "Another program may be using it. Close that and try again.",
    insecure: "The browser gives no camera to this page",
    insecureHint: "It does so only for https and for localhost. Open the page that way, or choose a file.",
    cannotRecord: "This browser can’t record video",
    cannotRecordHint: "Take a newer one, or choose a file.",
    unexpected: "Something unexpected happened",
    retryAfter: (s: number) => `Try again in ${s} s.`,
    again: "Try again",
    start: "Start page",
    problems: {
      not_found: { title: "This result is not here, or no longer", hint: "Stored results expire after a while." },
    } as Partial<Record<Problem["code"], { title: string; hint: string }>>,
  },
};

export type Messages = typeof en;
