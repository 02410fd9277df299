// A table for people: columns as wide as their widest cell; on a terminal that is too narrow the
// widest columns give way.
#pragma once

#include "ctl/output.hpp"

#include <string>
#include <vector>

namespace cvmbackup::ctl {

class Table {
public:
    struct Cell {
        std::string text;
        Colour colour = Colour::none;

        Cell(std::string words, Colour with = Colour::none)  // NOLINT: cells are mostly plain text
            : text(std::move(words))
            , colour(with) {}

        Cell(const char* words)  // NOLINT: as above
            : text(words) {}
    };

    // A heading that begins with '>' aligns its column to the right.
    explicit Table(std::vector<std::string> headings);

    void add(std::vector<Cell> cells);

    bool empty() const { return rows_.empty(); }

    void print(Output& output) const;

private:
    std::vector<std::size_t> widths(const Style& style) const;

    std::vector<std::string> headings_;
    std::vector<bool> right_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace cvmbackup::ctl
