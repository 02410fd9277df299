// Just enough XML to read COS's answers: elements, text, the predefined entities and numeric ones,
// CDATA; comments, declarations and attributes are skipped. Document types are refused, so nothing
// can expand. Depth is bounded; any text, however broken, gives a tree or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cvmbackup {

struct XmlElement {
    std::string name;
    std::string text;  // all text directly inside, joined
    std::vector<XmlElement> children;

    const XmlElement* child(std::string_view child_name) const;  // the first; null if none
    std::string child_text(std::string_view child_name) const;   // trimmed; empty if none
};

std::optional<XmlElement> parse_xml(std::string_view document);

}  // namespace cvmbackup
