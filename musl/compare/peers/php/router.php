<?php
// Echoes POST /invoke from PHP's built-in web server.
header('Content-Type: application/octet-stream');
$body = file_get_contents('php://input');
header('Content-Length: ' . strlen($body));
echo $body;
