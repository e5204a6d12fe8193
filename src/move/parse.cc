#include "move/parse.h"

#include "base/file.h"
#include "move/build.h"
#include "move/document.h"
#include "move/pointless.h"
#include "move/relations.h"
#include "move/stages.h"
#include "move/validate.h"
#include "move/yaml.h"

namespace hikkoshi::move {

namespace {

/// More than read_yaml takes, so that its diagnostic is what people see; not a whole disk's image.
constexpr std::size_t largest_read = 16 * largest_file;

}  // namespace

Parsed parse(const MoveText& file, const std::vector<MoveText>& overlays) {
  Reporter reporter;
  Tree tree;
  const Node* root = nullptr;
  bool readable = true;
  auto read = [&](const MoveText& text, bool overlay) {
    int source = reporter.add_source(text.name, text.text);
    bool had_errors = reporter.has_errors();
    const Node* node = read_yaml(reporter, source, tree);
    bool empty = !node || node->is_null();
    if (empty) hide_seeming_secrets(reporter, source);
    if (empty && reporter.has_errors() && !had_errors) readable = false;
    if (empty && !overlay && !reporter.has_errors())
      reporter.add(Code::empty, {source, 0, 0}, "the file says nothing", "begin with move: NAME");
    if (overlay && !empty && !node->is(Node::Kind::mapping)) {
      reporter.add(Code::wrong_type, node->span, "an overlay is a mapping",
                   "it has the keys of the move file whose values it replaces");
      readable = false;
    } else if (!empty) {
      root = tree.overlay(root, node, reporter);
    }
  };
  read(file, false);
  for (const MoveText& overlay : overlays) read(overlay, true);

  Parsed result;
  if (root && readable) {
    validate(*root, reporter);
    Move move = build(*root, reporter);
    move.file = file.name;
    relate(move, *root, reporter);
    check_stages(move, *root, reporter);
    warn_of_pointless(move, *root, reporter);
    if (!reporter.has_errors()) result.move = std::move(move);
  }
  result.diagnostics = reporter.finish();
  return result;
}

Parsed load(const std::string& path, const std::vector<std::string>& overlays) {
  std::vector<MoveText> texts;
  for (const std::string& overlay : overlays)
    texts.push_back({overlay, read_file(overlay, largest_read)});
  return parse({path, read_file(path, largest_read)}, texts);
}

}  // namespace hikkoshi::move
