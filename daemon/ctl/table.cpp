#include "ctl/table.hpp"

#include "ctl/words.hpp"

#include <algorithm>
#include <numeric>

namespace cvmbackup::ctl {

namespace {

constexpr std::size_t gap = 2;         // between columns
constexpr std::size_t narrowest = 10;  // what a column keeps when the terminal is too small

std::string padded(const std::string& shown, std::size_t used, std::size_t columns, bool right) {
    const std::string space(columns > used ? columns - used : 0, ' ');
    return right ? space + shown : shown + space;
}

void end_line(Output& output, std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    output.line(line);
}

}  // namespace

Table::Table(std::vector<std::string> headings)
    : headings_(std::move(headings)) {
    for (std::string& heading : headings_) {
        right_.push_back(heading.starts_with('>'));
        if (right_.back()) {
            heading.erase(0, 1);
        }
    }
}

void Table::add(std::vector<Cell> cells) {
    for (Cell& cell : cells) {
        cell.text = cell.text.empty() ? "-" : harmless(cell.text);
    }
    cells.resize(headings_.size(), Cell("-"));
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(const Style& style) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < headings_.size(); ++i) {
        std::size_t widest = style.legend ? width(headings_[i]) : 0;
        for (const auto& row : rows_) {
            widest = std::max(widest, width(row[i].text));
        }
        widths.push_back(widest);
    }
    const auto total = [&widths] {
        return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
    };
    while (style.columns != 0 && total() > style.columns) {
        const auto widest = std::ranges::max_element(widths);
        if (*widest <= narrowest) {
            break;
        }
        *widest -= 1;
    }
    return widths;
}

void Table::print(Output& output) const {
    const auto columns = widths(output.style());
    const std::string between(gap, ' ');
    if (output.style().legend) {
        std::string line;
        for (std::size_t i = 0; i < headings_.size(); ++i) {
            const std::string heading = shortened(headings_[i], columns[i]);
            line +=
                (i == 0 ? "" : between) + padded(heading, width(heading), columns[i], right_[i]);
        }
        end_line(output, line);
    }
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string cell = shortened(row[i].text, columns[i]);
            const std::string shown = output.coloured(cell, row[i].colour);
            line += (i == 0 ? "" : between) + padded(shown, width(cell), columns[i], right_[i]);
        }
        end_line(output, line);
    }
}

}  // namespace cvmbackup::ctl
