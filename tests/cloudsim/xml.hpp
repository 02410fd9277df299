// XML as COS takes and gives it: a strict reader for small request bodies (no document types, no
// namespaces, a bounded depth), and the few lines that writing needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cloudsim {

struct XmlElement {
    std::string name;
    std::string text;  // all character data directly in the element, as written
    std::vector<XmlElement> children;

    // The first of that name.
    const XmlElement* child(std::string_view wanted) const;
    // Its text without blanks around it, "" when there is none.
    std::string child_text(std::string_view wanted) const;
};

// The root element; nothing when the text is not one well-formed document.
std::optional<XmlElement> parse_xml(std::string_view text);

// The content is put as it is.
std::string element(std::string_view name, std::string_view content);
// The text is escaped.
std::string text_element(std::string_view name, std::string_view text);

}  // namespace cloudsim
