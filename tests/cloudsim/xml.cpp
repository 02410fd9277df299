#include "xml.hpp"

#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace cloudsim {
namespace {

constexpr std::size_t depth_max = 16;  // so that destroying a document needs little stack

void append_utf8(std::string& text, std::uint32_t code) {
    const auto low = [code](unsigned shift) {
        return static_cast<char>(0x80U | (code >> shift & 0x3FU));
    };
    if (code < 0x80U) {
        text += static_cast<char>(code);
    } else if (code < 0x800U) {
        text += static_cast<char>(0xC0U | code >> 6U);
        text += low(0);
    } else if (code < 0x10000U) {
        text += static_cast<char>(0xE0U | code >> 12U);
        text += low(6);
        text += low(0);
    } else {
        text += static_cast<char>(0xF0U | code >> 18U);
        text += low(12);
        text += low(6);
        text += low(0);
    }
}

// The name between '&' and ';'.
bool append_entity(std::string& text, std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> named{
        {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
    const auto found = std::ranges::find(named, name, &std::pair<std::string_view, char>::first);
    if (found != named.end()) {
        text += found->second;
        return true;
    }
    if (!name.starts_with('#')) {
        return false;
    }
    const bool is_hex = name.starts_with("#x");
    name.remove_prefix(is_hex ? 2 : 1);
    std::uint32_t code = 0;
    const auto [end, error] =
        std::from_chars(name.data(), name.data() + name.size(), code, is_hex ? 16 : 10);
    if (name.empty() || error != std::errc{} || end != name.data() + name.size() || code == 0 ||
        code > 0x10FFFFU) {
        return false;
    }
    append_utf8(text, code);
    return true;
}

bool append_decoded(std::string& text, std::string_view raw) {
    while (!raw.empty()) {
        const auto ampersand = raw.find('&');
        text += raw.substr(0, ampersand);
        if (ampersand == std::string_view::npos) {
            return true;
        }
        const auto end = raw.find(';', ampersand);
        if (end == std::string_view::npos ||
            !append_entity(text, raw.substr(ampersand + 1, end - ampersand - 1))) {
            return false;
        }
        raw.remove_prefix(end + 1);
    }
    return true;
}

class Reader {
public:
    explicit Reader(std::string_view rest)
        : rest_{rest} {}

    std::optional<XmlElement> read() {
        while (!rest_.empty()) {
            if (!(rest_.starts_with('<') ? take_markup() : take_text())) {
                return std::nullopt;
            }
        }
        return open_.empty() ? std::move(root_) : std::nullopt;
    }

private:
    bool take_text() {
        const std::string_view raw = rest_.substr(0, rest_.find('<'));
        rest_.remove_prefix(raw.size());
        if (open_.empty()) {
            return trim(raw).empty();
        }
        return append_decoded(open_.back().text, raw);
    }

    bool take_markup() {
        if (rest_.starts_with("<?")) {
            return skip_to("?>");
        }
        if (rest_.starts_with("<!--")) {
            return skip_to("-->");
        }
        const auto end = rest_.find('>');
        if (end == std::string_view::npos || rest_.starts_with("<!")) {
            return false;
        }
        std::string_view tag = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        if (tag.starts_with('/')) {
            return close(trim(tag.substr(1)));
        }
        const bool is_empty = tag.ends_with('/');
        tag = tag.substr(0, is_empty ? tag.size() - 1 : tag.size());
        const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n"));
        if (name.empty() || root_ || open_.size() == depth_max) {
            return false;
        }
        open_.push_back({std::string{name}, "", {}});
        return !is_empty || close(name);
    }

    bool close(std::string_view name) {
        if (open_.empty() || open_.back().name != name) {
            return false;
        }
        XmlElement closed = std::move(open_.back());
        open_.pop_back();
        if (open_.empty()) {
            root_ = std::move(closed);
        } else {
            open_.back().children.push_back(std::move(closed));
        }
        return true;
    }

    bool skip_to(std::string_view end) {
        const auto at = rest_.find(end);
        rest_.remove_prefix(at == std::string_view::npos ? 0 : at + end.size());
        return at != std::string_view::npos;
    }

    std::string_view rest_;
    std::vector<XmlElement> open_;
    std::optional<XmlElement> root_;
};

}  // namespace

const XmlElement* XmlElement::child(std::string_view wanted) const {
    const auto found = std::ranges::find(children, wanted, &XmlElement::name);
    return found == children.end() ? nullptr : &*found;
}

std::string XmlElement::child_text(std::string_view wanted) const {
    const XmlElement* found = child(wanted);
    return found == nullptr ? "" : std::string{trim(found->text)};
}

std::optional<XmlElement> parse_xml(std::string_view text) {
    return Reader{text}.read();
}

std::string element(std::string_view name, std::string_view content) {
    std::string text = "<";
    text += name;
    text += ">";
    text += content;
    text += "</";
    text += name;
    return text + ">";
}

std::string text_element(std::string_view name, std::string_view text) {
    return element(name, xml_escape(text));
}

}  // namespace cloudsim
