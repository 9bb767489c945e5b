#include "media/language.h"

#include <algorithm>
#include <array>

namespace syncnet::media {
namespace {

struct Names {
    std::string_view two;           // ISO 639-1
    std::string_view three;         // ISO 639-2, terminology
    std::string_view library = {};  // ISO 639-2, bibliography, where it differs
};

constexpr std::array kNames{
    Names{"aa", "aar"},        Names{"ab", "abk"},        Names{"ae", "ave"},
    Names{"af", "afr"},        Names{"ak", "aka"},        Names{"am", "amh"},
    Names{"an", "arg"},        Names{"ar", "ara"},        Names{"as", "asm"},
    Names{"av", "ava"},        Names{"ay", "aym"},        Names{"az", "aze"},
    Names{"ba", "bak"},        Names{"be", "bel"},        Names{"bg", "bul"},
    Names{"bh", "bih"},        Names{"bi", "bis"},        Names{"bm", "bam"},
    Names{"bn", "ben"},        Names{"bo", "bod", "tib"}, Names{"br", "bre"},
    Names{"bs", "bos"},        Names{"ca", "cat"},        Names{"ce", "che"},
    Names{"ch", "cha"},        Names{"co", "cos"},        Names{"cr", "cre"},
    Names{"cs", "ces", "cze"}, Names{"cu", "chu"},        Names{"cv", "chv"},
    Names{"cy", "cym", "wel"}, Names{"da", "dan"},        Names{"de", "deu", "ger"},
    Names{"dv", "div"},        Names{"dz", "dzo"},        Names{"ee", "ewe"},
    Names{"el", "ell", "gre"}, Names{"en", "eng"},        Names{"eo", "epo"},
    Names{"es", "spa"},        Names{"et", "est"},        Names{"eu", "eus", "baq"},
    Names{"fa", "fas", "per"}, Names{"ff", "ful"},        Names{"fi", "fin"},
    Names{"fj", "fij"},        Names{"fo", "fao"},        Names{"fr", "fra", "fre"},
    Names{"fy", "fry"},        Names{"ga", "gle"},        Names{"gd", "gla"},
    Names{"gl", "glg"},        Names{"gn", "grn"},        Names{"gu", "guj"},
    Names{"gv", "glv"},        Names{"ha", "hau"},        Names{"he", "heb"},
    Names{"hi", "hin"},        Names{"ho", "hmo"},        Names{"hr", "hrv"},
    Names{"ht", "hat"},        Names{"hu", "hun"},        Names{"hy", "hye", "arm"},
    Names{"hz", "her"},        Names{"ia", "ina"},        Names{"id", "ind"},
    Names{"ie", "ile"},        Names{"ig", "ibo"},        Names{"ii", "iii"},
    Names{"ik", "ipk"},        Names{"io", "ido"},        Names{"is", "isl", "ice"},
    Names{"it", "ita"},        Names{"iu", "iku"},        Names{"ja", "jpn"},
    Names{"jv", "jav"},        Names{"ka", "kat", "geo"}, Names{"kg", "kon"},
    Names{"ki", "kik"},        Names{"kj", "kua"},        Names{"kk", "kaz"},
    Names{"kl", "kal"},        Names{"km", "khm"},        Names{"kn", "kan"},
    Names{"ko", "kor"},        Names{"kr", "kau"},        Names{"ks", "kas"},
    Names{"ku", "kur"},        Names{"kv", "kom"},        Names{"kw", "cor"},
    Names{"ky", "kir"},        Names{"la", "lat"},        Names{"lb", "ltz"},
    Names{"lg", "lug"},        Names{"li", "lim"},        Names{"ln", "lin"},
    Names{"lo", "lao"},        Names{"lt", "lit"},        Names{"lu", "lub"},
    Names{"lv", "lav"},        Names{"mg", "mlg"},        Names{"mh", "mah"},
    Names{"mi", "mri", "mao"}, Names{"mk", "mkd", "mac"}, Names{"ml", "mal"},
    Names{"mn", "mon"},        Names{"mr", "mar"},        Names{"ms", "msa", "may"},
    Names{"mt", "mlt"},        Names{"my", "mya", "bur"}, Names{"na", "nau"},
    Names{"nb", "nob"},        Names{"nd", "nde"},        Names{"ne", "nep"},
    Names{"ng", "ndo"},        Names{"nl", "nld", "dut"}, Names{"nn", "nno"},
    Names{"no", "nor"},        Names{"nr", "nbl"},        Names{"nv", "nav"},
    Names{"ny", "nya"},        Names{"oc", "oci"},        Names{"oj", "oji"},
    Names{"om", "orm"},        Names{"or", "ori"},        Names{"os", "oss"},
    Names{"pa", "pan"},        Names{"pi", "pli"},        Names{"pl", "pol"},
    Names{"ps", "pus"},        Names{"pt", "por"},        Names{"qu", "que"},
    Names{"rm", "roh"},        Names{"rn", "run"},        Names{"ro", "ron", "rum"},
    Names{"ru", "rus"},        Names{"rw", "kin"},        Names{"sa", "san"},
    Names{"sc", "srd"},        Names{"sd", "snd"},        Names{"se", "sme"},
    Names{"sg", "sag"},        Names{"si", "sin"},        Names{"sk", "slk", "slo"},
    Names{"sl", "slv"},        Names{"sm", "smo"},        Names{"sn", "sna"},
    Names{"so", "som"},        Names{"sq", "sqi", "alb"}, Names{"sr", "srp"},
    Names{"ss", "ssw"},        Names{"st", "sot"},        Names{"su", "sun"},
    Names{"sv", "swe"},        Names{"sw", "swa"},        Names{"ta", "tam"},
    Names{"te", "tel"},        Names{"tg", "tgk"},        Names{"th", "tha"},
    Names{"ti", "tir"},        Names{"tk", "tuk"},        Names{"tl", "tgl"},
    Names{"tn", "tsn"},        Names{"to", "ton"},        Names{"tr", "tur"},
    Names{"ts", "tso"},        Names{"tt", "tat"},        Names{"tw", "twi"},
    Names{"ty", "tah"},        Names{"ug", "uig"},        Names{"uk", "ukr"},
    Names{"ur", "urd"},        Names{"uz", "uzb"},        Names{"ve", "ven"},
    Names{"vi", "vie"},        Names{"vo", "vol"},        Names{"wa", "wln"},
    Names{"wo", "wol"},        Names{"xh", "xho"},        Names{"yi", "yid"},
    Names{"yo", "yor"},        Names{"za", "zha"},        Names{"zh", "zho", "chi"},
    Names{"zu", "zul"}};

}  // namespace

std::string language_name(std::string_view tag) {
    const std::string_view primary = tag.substr(0, tag.find_first_of("-_"));
    std::string name(primary);
    std::ranges::transform(name, name.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    if (name.empty()) return name;
    const auto* const found = std::ranges::find_if(
        kNames, [&](const Names& n) { return name == n.two || name == n.library; });
    return found == kNames.end() ? name : std::string(found->three);
}

}  // namespace syncnet::media
