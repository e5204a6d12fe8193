<?php
// The sub-service "frames": reads its .env on every request, keeps nothing between requests.
declare(strict_types=1);

function settings(): array {
  $settings = [];
  foreach (file(__DIR__ . '/../.env', FILE_IGNORE_NEW_LINES | FILE_SKIP_EMPTY_LINES) as $line) {
    if ($line[0] === '#' || !str_contains($line, '=')) continue;
    [$key, $value] = explode('=', $line, 2);
    $settings[trim($key)] = trim($value, " \"'");
  }
  return $settings;
}

function database(): PDO {
  $set = settings();
  $source = "mysql:host={$set['DB_HOST']};port={$set['DB_PORT']};dbname={$set['DB_DATABASE']}";
  return new PDO("$source;charset=utf8mb4", $set['DB_USERNAME'], $set['DB_PASSWORD'], [
    PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
    PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
    PDO::ATTR_TIMEOUT => 3,
  ]);
}

function answer(int $status, mixed $body): never {
  http_response_code($status);
  header('Content-Type: application/json');
  header('X-Served-By: ' . getenv('LAB_HOST'));
  echo json_encode($body, JSON_UNESCAPED_UNICODE), "\n";
  exit;
}

function frame_where(string $condition, string $value): never {
  $query = database()->prepare(
    "SELECT id, client_id, title, width_mm, height_mm, area_mm2, price FROM frames WHERE $condition");
  $query->execute([$value]);
  $row = $query->fetch();
  $row ? answer(200, $row) : answer(404, ['error' => 'no such frame']);
}

function add_frame(): never {
  $given = json_decode(file_get_contents('php://input'), true);
  if (!is_array($given) || !is_string($given['id'] ?? null)) {
    answer(400, ['error' => 'an id is needed']);
  }
  $database = database();
  $database->beginTransaction();
  $database->prepare('INSERT INTO frames (client_id, title, width_mm, height_mm, price) VALUES (?, ?, ?, ?, ?)')
    ->execute([$given['id'], $given['title'] ?? 'untitled', $given['width_mm'] ?? 200,
               $given['height_mm'] ?? 300, $given['price'] ?? '9.90']);
  $database->commit();
  answer(201, ['id' => $given['id'], 'served_by' => getenv('LAB_HOST')]);
}

function home(): never {
  $rows = database()->query('SELECT title, price FROM frames WHERE id <= 10 ORDER BY id')->fetchAll();
  header('Content-Type: text/html; charset=utf-8');
  header('X-Served-By: ' . getenv('LAB_HOST'));
  echo "<!doctype html><title>frames</title><h1>Picture frames</h1>\n<ul>\n";
  foreach ($rows as $row) {
    echo '<li>', htmlspecialchars($row['title']), ' ', $row['price'], "</li>\n";
  }
  echo "</ul>\n";
  exit;
}

try {
  $path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
  $method = $_SERVER['REQUEST_METHOD'];
  if ($method === 'POST' && $path === '/frames') add_frame();
  if ($path === '/') home();
  if ($path === '/healthz') {
    answer(200, ['ok' => database()->query('SELECT COUNT(*) FROM frames WHERE id = 1')->fetchColumn() !== false]);
  }
  if (preg_match('~^/frames/(\d+)$~', $path, $found)) frame_where('id = ?', $found[1]);
  if (preg_match('~^/frames/by-id/([\w-]+)$~', $path, $found)) frame_where('client_id = ?', $found[1]);
  answer(404, ['error' => 'not found']);
} catch (Throwable $failure) {
  error_log((string) $failure);
  answer(500, ['error' => $failure->getMessage()]);
}
