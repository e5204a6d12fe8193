#include "move/document.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

namespace hikkoshi::move {

namespace {

/// A mapping without entries where `node` stands.
Node empty_like(const Node& node) {
  Node empty;
  empty.kind = Node::Kind::mapping;
  empty.span = node.span;
  empty.tag = node.tag;
  return empty;
}

}  // namespace

bool Node::is_null() const {
  if (kind != Kind::scalar || !plain || !tag.empty()) return false;
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

const Entry* Node::find(std::string_view key) const {
  auto found = std::ranges::find(entries, key, &Entry::key);
  return found == entries.end() ? nullptr : &*found;
}

std::string_view describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::mapping:
      return "a mapping";
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::scalar:
      break;
  }
  return "a single value";
}

void hide(Reporter& reporter, const Node& node) {
  bool reference = false;
  for (const char* kind : {"env:", "file:", "age:", "aws-sm:"})
    reference = reference || node.text.starts_with(kind);
  if (node.is(Node::Kind::scalar) && !reference) reporter.hide(node.span);
  for (const Node* item : node.items) hide(reporter, *item);
  for (const Entry& entry : node.entries) hide(reporter, *entry.value);
}

const Node* at(const Node* node, std::initializer_list<std::string_view> keys) {
  for (std::string_view key : keys) {
    const Entry* entry = node ? node->find(key) : nullptr;
    node = entry ? entry->value : nullptr;
  }
  return node;
}

Node& Tree::add(Node node) {
  nodes_.push_back(std::move(node));
  return nodes_.back();
}

const Node* Tree::overlay(const Node* base, const Node* over, Reporter& reporter) {
  using enum Node::Kind;
  if (!over) return base;
  if (!base || !over->is(mapping)) return over;
  Node merged = base->is(mapping) ? *base : empty_like(*over);
  std::unordered_map<std::string_view, size_t> places;
  for (size_t i = 0; i < merged.entries.size(); ++i)
    places.emplace(base->entries[i].key, i);  // Of the base: its keys stay where they are.
  for (const Entry& entry : over->entries) {
    auto found = places.find(entry.key);
    if (found == places.end()) {
      add(merged, entry, reporter);
      continue;
    }
    Entry& place = merged.entries[found->second];
    // A key keeps the base's place while both are mappings: both files say something about it.
    bool both = place.value->is(mapping) && entry.value->is(mapping);
    place.value = entry.value->is_null() ? nullptr : overlay(place.value, entry.value, reporter);
    if (!both) place.key_span = entry.key_span;
  }
  std::erase_if(merged.entries, [](const Entry& entry) { return !entry.value; });
  merged.weight = 1;
  for (const Entry& entry : merged.entries) merged.weight += entry.value->weight;
  return &add(std::move(merged));
}

void Tree::add(Node& merged, const Entry& entry, Reporter& reporter) {
  if (entry.value->is_null()) {
    reporter.add(Code::pointless, entry.key_span,
                 fmt::format("there is no '{}' that the overlay could take away", entry.key),
                 "correct the key, or take the line away");
    return;
  }
  // What is new is also laid on something, so that nulls mean the same at every depth.
  Node nothing = empty_like(*entry.value);
  merged.entries.push_back({entry.key, entry.key_span, overlay(&nothing, entry.value, reporter)});
}

}  // namespace hikkoshi::move
