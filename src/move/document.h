// A YAML document as a tree that remembers where each value stands. Knows no YAML library.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "move/reporter.h"

namespace hikkoshi::move {

struct Node;

/// A key of a mapping and its value.
struct Entry {
  std::string key;
  Span key_span;
  const Node* value = nullptr;  ///< Never null in a finished tree.
};

struct Node {
  enum class Kind { scalar, sequence, mapping };
  Kind kind = Kind::scalar;
  Span span;
  std::string tag;  ///< "!secret"; empty when the file gives none.
  std::string text;
  bool plain = false;  ///< Of a scalar: written without quotes.
  std::vector<const Node*> items;
  std::vector<Entry> entries;  ///< Keys are unique.
  size_t weight = 1;           ///< Nodes of the subtree, aliases counted as often as they are used.

  bool is(Kind wanted) const { return kind == wanted; }
  bool is_null() const;  ///< "~", "null" or nothing.
  const Entry* find(std::string_view key) const;
};

/// "a mapping", "a list", "a single value".
std::string_view describe(const Node& node);

/// Hides the texts of a value and of all below it, except references to secrets.
void hide(Reporter& reporter, const Node& node);

/// The value below `node` at `keys`; null when something on the way is not there. Null-safe.
const Node* at(const Node* node, std::initializer_list<std::string_view> keys);

/// Owns the nodes of a move file and its overlays; they live as long as the tree.
class Tree {
 public:
  Node& add(Node node);

  /// `over` laid on `base`: mappings merge, key by key; anything else replaces; a key whose value
  /// is null in `over` goes away, and one that is not there to go is reported as pointless. Either
  /// may be null.
  const Node* overlay(const Node* base, const Node* over, Reporter& reporter);

 private:
  /// A key of an overlay that what is below does not have.
  void add(Node& merged, const Entry& entry, Reporter& reporter);

  std::deque<Node> nodes_;
};

}  // namespace hikkoshi::move
