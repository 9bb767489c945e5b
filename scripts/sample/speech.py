"""Speech from espeak-ng together with the exact time of every phoneme in it."""

import ctypes
from dataclasses import dataclass

import numpy as np

RATE = 22050  # what every formant voice of espeak-ng speaks at

SENTENCES = [
    "Maybe we should both go back home before the big storm begins.",
    "Papa bought a small boat, and my mother painted it blue and brown.",
    "Can you please bring me a cup of warm apple tea from the market?",
    "People often ask why the moon moves behind the mountains at five.",
    "The weather report says that Monday may be a very wet morning.",
    "Five brave men walked for many miles to meet the famous old queen.",
    "Open the window, put your bag on the table, and show me the paper.",
    "You never know what a beautiful piece of music might do for somebody.",
]
OTHER_SENTENCES = [
    "Her father is eating seven cold oranges in the quiet garden.",
    "I think that all of these children are learning to read and write.",
    "Nothing is easier than asking a question; the answer takes longer.",
    "She sells a thousand yellow roses along the southern railway.",
    "Our teacher has a large collection of ancient silver coins.",
    "Let us see how the last train is doing; it is usually late.",
]

# espeak-ng dates a plosive from its burst (measured: 40 ms of silence come before it). The mouth shuts for the silence
# and opens with the burst.
_PLOSIVES = ("p", "b", "t", "d", "k", "ɡ")
_CLOSURE = 0.045
_RELEASE = 0.010

_OUTPUT_SYNCHRONOUS = 2
_PHONEME_EVENTS_IN_IPA = 1 | 2
_EVENT_END, _EVENT_PHONEME = 0, 7
_PARAMETER_RATE = 1
_UTF8 = 1


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("unique_identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p), ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass
class Phoneme:
    start: float  # seconds
    end: float
    ipa: str  # empty in a pause


@dataclass
class Speech:
    samples: np.ndarray  # int16, mono, at RATE
    phonemes: list[Phoneme]

    def during(self, spans: list[tuple[float, float]]) -> "Speech":
        """What is said between these seconds; silence between them."""
        samples = np.zeros_like(self.samples)
        for first, last in spans:
            part = slice(round(first * RATE), round(last * RATE))
            samples[part] = self.samples[part]
        return Speech(samples, [p for p in self.phonemes if any(first <= p.start and p.end <= last for first, last in spans)])


def _articulated(heard: list[tuple[float, str]], end: float) -> list[Phoneme]:
    """When the mouth makes each phoneme, from when it begins to be heard."""
    starts: list[float] = []
    released = 0.0
    for time, ipa in heard:
        start = time - _CLOSURE if ipa in _PLOSIVES else released or time
        starts.append(max([start, *starts[-1:]]))
        released = time + _RELEASE if ipa in _PLOSIVES else 0.0
    return [Phoneme(start, stop, ipa) for start, stop, (_, ipa) in zip(starts, [*starts[1:], end], heard)]


class Speaker:
    """One voice. The library is used, not the program, because only the library tells when each phoneme sounds."""

    def __init__(self, voice: str, words_per_minute: int):
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        rate = self._library.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 0, None, _PHONEME_EVENTS_IN_IPA)
        if rate != RATE:
            raise RuntimeError(f"espeak-ng does not start (sample rate {rate})")
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice called '{voice}'")
        self._library.espeak_SetParameter(_PARAMETER_RATE, words_per_minute, 0)

    def say(self, text: str) -> Speech:
        sound = bytearray()
        starts: list[tuple[float, str]] = []

        def receive(samples, count, events) -> int:
            if samples and count > 0:
                sound.extend(ctypes.string_at(samples, 2 * count))
            i = 0
            while events[i].type != _EVENT_END:
                if events[i].type == _EVENT_PHONEME:
                    ipa = events[i].id.string.decode("utf-8", "ignore").strip("_:")
                    starts.append((events[i].sample / RATE, ipa))
                i += 1
            return 0

        callback = _Callback(receive)
        self._library.espeak_SetSynthCallback(callback)
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        samples = np.frombuffer(bytes(sound), np.int16)
        return Speech(samples, _articulated(starts, len(samples) / RATE))

    def fill(self, sentences: list[str], sample_count: int, lead_in: float = 0.2, pause: float = 0.12) -> Speech:
        """Says the sentences in turn, again and again, until there are `sample_count` samples."""
        pieces = [np.zeros(round(lead_in * RATE), np.int16)]
        phonemes: list[Phoneme] = []
        length = len(pieces[0])
        turn = 0
        while length < sample_count:
            said = self.say(sentences[turn % len(sentences)])
            if not len(said.samples):
                raise ValueError(f"espeak-ng says nothing for '{sentences[turn % len(sentences)]}'")
            at = length / RATE
            phonemes += [Phoneme(at + p.start, at + p.end, p.ipa) for p in said.phonemes]
            pieces += [said.samples, np.zeros(round(pause * RATE), np.int16)]
            length += len(pieces[-2]) + len(pieces[-1])
            turn += 1
        return Speech(np.concatenate(pieces)[:sample_count], phonemes)
