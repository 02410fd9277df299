#include "cloud/xml.hpp"

#include "cloud/text.hpp"

#include <charconv>
#include <cstdint>

namespace cvmbackup {

namespace {

constexpr std::size_t depth_max = 16;

void append_utf8(std::string& text, std::uint32_t code) {
    const auto add = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xC0U | (code >> 6U));
        add(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        add(0xE0U | (code >> 12U));
        add(0x80U | ((code >> 6U) & 0x3FU));
        add(0x80U | (code & 0x3FU));
    } else {
        add(0xF0U | (code >> 18U));
        add(0x80U | ((code >> 12U) & 0x3FU));
        add(0x80U | ((code >> 6U) & 0x3FU));
        add(0x80U | (code & 0x3FU));
    }
}

bool append_numeric_entity(std::string& text, std::string_view digits) {
    const bool hex = digits.starts_with('x');
    if (hex)
        digits.remove_prefix(1);
    std::uint32_t code = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, code, hex ? 16 : 10);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (error != std::errc() || stop != end || code == 0 || code > 0x10FFFF || surrogate)
        return false;
    append_utf8(text, code);
    return true;
}

bool append_entity(std::string& text, std::string_view name) {
    constexpr std::pair<std::string_view, char> known[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    if (name.starts_with('#'))
        return append_numeric_entity(text, name.substr(1));
    for (const auto& [entity, character] : known) {
        if (name == entity) {
            text += character;
            return true;
        }
    }
    return false;
}

bool append_text(std::string& text, std::string_view raw) {
    while (!raw.empty()) {
        const auto at = raw.find('&');
        text += raw.substr(0, at);
        if (at == std::string_view::npos)
            return true;
        const auto end = raw.find(';', at);
        if (end == std::string_view::npos || !append_entity(text, raw.substr(at + 1, end - at - 1)))
            return false;
        raw.remove_prefix(end + 1);
    }
    return true;
}

class Parser {
public:
    explicit Parser(std::string_view rest)
        : rest_(rest) {}

    std::optional<XmlElement> document() {
        if (!skip_misc())
            return std::nullopt;
        XmlElement root;
        if (!element(root, 1))
            return std::nullopt;
        if (!skip_misc() || !rest_.empty())
            return std::nullopt;
        return root;
    }

private:
    // Past `mark`, which must occur.
    bool skip_past(std::string_view mark) {
        const auto at = rest_.find(mark);
        if (at == std::string_view::npos)
            return false;
        rest_.remove_prefix(at + mark.size());
        return true;
    }

    void skip_blanks() {
        const auto at = rest_.find_first_not_of(" \t\r\n");
        rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at);
    }

    // What may stand before and after the root: byte order mark, declaration, comments.
    bool skip_misc() {
        if (rest_.starts_with("\xEF\xBB\xBF"))
            rest_.remove_prefix(3);
        skip_blanks();
        while (rest_.starts_with("<?") || rest_.starts_with("<!--")) {
            if (!skip_past(rest_[1] == '?' ? "?>" : "-->"))
                return false;
            skip_blanks();
        }
        return true;
    }

    // The inside of a tag, past its `>`; quoted values may contain one.
    std::optional<std::string_view> tag() {
        char quote = 0;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            const char c = rest_[i];
            if (quote != 0) {
                if (c == quote)
                    quote = 0;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                const std::string_view inside = rest_.substr(1, i - 1);
                rest_.remove_prefix(i + 1);
                return inside;
            }
        }
        return std::nullopt;
    }

    bool element(XmlElement& element, std::size_t depth) {
        if (depth > depth_max || !rest_.starts_with('<'))
            return false;
        const std::optional<std::string_view> opening = tag();
        if (!opening || opening->empty() || opening->front() == '/' || opening->front() == '!')
            return false;
        const bool closed = opening->ends_with('/');
        element.name = opening->substr(0, opening->find_first_of(" \t\r\n/"));
        return !element.name.empty() && (closed || content(element, depth));
    }

    bool content(XmlElement& element, std::size_t depth) {
        for (;;) {
            const auto at = rest_.find('<');
            if (at == std::string_view::npos || !append_text(element.text, rest_.substr(0, at)))
                return false;
            rest_.remove_prefix(at);
            if (rest_.starts_with("</")) {
                const std::optional<std::string_view> closing = tag();
                return closing && trimmed(closing->substr(1)) == element.name;
            }
            if (!inner(element, depth))
                return false;
        }
    }

    bool inner(XmlElement& parent, std::size_t depth) {
        constexpr std::string_view cdata = "<![CDATA[";
        if (rest_.starts_with("<!--"))
            return skip_past("-->");
        if (rest_.starts_with("<?"))
            return skip_past("?>");
        if (rest_.starts_with(cdata)) {
            const auto end = rest_.find("]]>");
            if (end == std::string_view::npos)
                return false;
            parent.text += rest_.substr(cdata.size(), end - cdata.size());
            rest_.remove_prefix(end + 3);
            return true;
        }
        return element(parent.children.emplace_back(), depth + 1);
    }

    std::string_view rest_;
};

}  // namespace

const XmlElement* XmlElement::child(std::string_view child_name) const {
    for (const XmlElement& each : children)
        if (each.name == child_name)
            return &each;
    return nullptr;
}

std::string XmlElement::child_text(std::string_view child_name) const {
    const XmlElement* found = child(child_name);
    return found == nullptr ? std::string() : std::string(trimmed(found->text));
}

std::optional<XmlElement> parse_xml(std::string_view document) {
    return Parser(document).document();
}

}  // namespace cvmbackup
