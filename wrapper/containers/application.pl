# A demo application: one process, no thread, only what perl itself brings. It says which tenant, service, build and task
# answered. Builds behave differently: broken ends at once, sick has no health, slow takes its time to start.
#
#   /health       200, or 404 for the build sick and after /sick
#   /slow?seconds=20   answers after so long
#   /burn?seconds=5    keeps a processor busy meanwhile
#   /websocket    says back what it is told (RFC 6455)
#   /json         the page as data
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use MIME::Base64;
use Digest::SHA 'sha1';
use Sys::Hostname;
use Time::HiRes 'time';

$| = 1;
my ($build, $service) = ($ENV{ORCHESTRATE_BUILD} // '?', $ENV{ORCHESTRATE_SERVICE} // '?');
my ($tenant, $task) = ($ENV{TENANT} // 'nobody', substr(hostname(), 0, 12));
my ($requests, $sick, $ending, $began) = (0, $build eq 'sick', 0, time);
my %open;     # file number -> a connection: socket, in, out, close, websocket, waits
my @later;    # [time, file number, answer]

if ($build eq 'broken') { print "build broken: there is no configuration, so it ends\n"; exit 1 }
if ($build eq 'slow') { print "build slow: starts in 10 s\n"; sleep 10 }
my $port = $ENV{PORT} // 8080;
my $listener = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $port, Listen => 128, ReuseAddr => 1, Blocking => 0)
  or die "cannot listen on $port: $!\n";
my ($reads, $writes) = (IO::Select->new($listener), IO::Select->new);
$SIG{TERM} = $SIG{INT} = sub { $ending ||= time; };
$SIG{CHLD} = 'IGNORE';
$SIG{PIPE} = 'IGNORE';
print "service $service, build $build, of $tenant listens on $port\n";

while (1) {
    end_if_idle() if $ending;
    my $wait = $ending ? 0.05 : 1;
    for (@later) { my $left = $_->[0] - time; $wait = $left > 0 ? $left : 0 if $left < $wait }
    my ($readable, $writable) = IO::Select->select($reads, $writes, undef, $wait);
    answer_late();
    for my $socket (@{ $writable // [] }) { flush_out($socket) }
    for my $socket (@{ $readable // [] }) { $socket == $listener ? take() : hear($socket) }
}

sub end_if_idle {
    $reads->remove($listener) if $reads->exists($listener);
    close $listener if $listener->opened;
    for my $c (values %open) { drop($c->{socket}) if !$c->{waits} && $c->{out} eq '' && !$c->{websocket} && $c->{in} eq '' }
    if (!%open || time - $ending > 300) { print "ended\n"; exit 0 }
}

sub take {
    while (my $socket = $listener->accept) {
        $socket->blocking(0);
        $open{ fileno $socket } = { socket => $socket, in => '', out => '', close => 0, websocket => 0, waits => 0 };
        $reads->add($socket);
    }
}

sub drop {
    my $socket = shift;
    my $number = fileno $socket;
    $reads->remove($socket);
    $writes->remove($socket);
    @later = grep { $_->[1] != $number } @later;
    delete $open{$number};
    close $socket;
}

sub hear {
    my $socket = shift;
    my $c = $open{ fileno $socket } or return;
    my $got = sysread $socket, $c->{in}, 65536, length $c->{in};
    return if !defined $got && $!{EAGAIN};
    return drop($socket) if !$got;
    return frames($c) if $c->{websocket};
    serve($c);
}

# One request after the other, as they come on a kept connection.
sub serve {
    my $c = shift;
    while (!$c->{waits} && !$c->{websocket} && $c->{in} =~ /\A(.*?)\r\n\r\n/s) {
        my ($head, $end) = ($1, $+[0]);
        my ($length) = $head =~ /^content-length:\s*(\d+)/mi;
        return if length($c->{in}) < $end + ($length // 0);
        substr($c->{in}, 0, $end + ($length // 0)) = '';
        respond($c, $head);
    }
}

sub respond {
    my ($c, $head) = @_;
    my ($method, $target) = $head =~ /\A(\S+) (\S+)/;
    my ($path, $query) = split /\?/, $target // '/', 2;
    my ($seconds) = ($query // '') =~ /(?:^|&)seconds=([0-9.]+)/;
    $c->{close} = 1 if $head =~ /^connection:\s*close/mi || $head =~ m{\A\S+ \S+ HTTP/1\.0};
    if ($path eq '/health') { return say_back($c, $sick ? 404 : 200, 'text/plain', $sick ? "sick\n" : "well\n") }
    $requests++;
    print "$method $target\n";
    if ($path eq '/sick') { $sick = 1 }
    if ($path eq '/websocket' && $head =~ /^sec-websocket-key:\s*(\S+)/mi) { return upgrade($c, $1) }
    if ($path eq '/burn') { burn($seconds // 1) }
    my @answer = $path eq '/json' || $head =~ m{^accept:\s*application/json}mi ? ('application/json', json($head)) : ('text/html; charset=utf-8', page($head));
    if ($path eq '/slow') { $c->{waits} = 1; push @later, [time + ($seconds // 5), fileno $c->{socket}, \@answer]; return }
    say_back($c, 200, @answer);
}

sub answer_late {
    my @due = grep { $_->[0] <= time } @later;
    @later = grep { $_->[0] > time } @later;
    for (@due) {
        my $c = $open{ $_->[1] } or next;
        $c->{waits} = 0;
        say_back($c, 200, @{ $_->[2] });
        serve($c);
    }
}

sub say_back {
    my ($c, $status, $type, $body) = @_;
    my $how = $c->{close} || $ending ? 'close' : 'keep-alive';
    $c->{close} = 1 if $ending;
    my %words = (200 => 'OK', 404 => 'Not Found');
    $c->{out} .= "HTTP/1.1 $status $words{$status}\r\nContent-Type: $type\r\nContent-Length: " . length($body)
      . "\r\nConnection: $how\r\nX-Build: $build\r\nX-Task: $task\r\nCache-Control: no-store\r\n\r\n$body";
    flush_out($c->{socket});
}

sub flush_out {
    my $socket = shift;
    my $c = $open{ fileno $socket } or return;
    my $sent = $c->{out} eq '' ? 0 : syswrite $socket, $c->{out};
    return drop($socket) if !defined $sent && !$!{EAGAIN};
    substr($c->{out}, 0, $sent // 0) = '';
    if ($c->{out} ne '') { $writes->add($socket) }
    else { $writes->remove($socket); drop($socket) if $c->{close} && !$c->{waits} && !$c->{websocket} }
}

sub burn {
    my $end = time + shift;
    return if fork;
    1 while time < $end;
    kill 9, $$;
}

# -- WebSocket ----------------------------------------------------------------------------------

sub upgrade {
    my ($c, $key) = @_;
    my $accept = encode_base64(sha1($key . '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'), '');
    $c->{websocket} = 1;
    $c->{out} .= "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $accept\r\n\r\n";
    flush_out($c->{socket});
    frames($c);
}

sub frames {
    my $c = shift;
    while (length $c->{in} >= 6) {
        my ($first, $second) = unpack 'CC', $c->{in};
        my ($length, $at) = ($second & 127, 2);
        if ($length == 126) { return if length $c->{in} < 8; ($length, $at) = (unpack('n', substr $c->{in}, 2), 4) }
        elsif ($length == 127) { return drop($c->{socket}) }
        return if length $c->{in} < $at + 4 + $length;
        my $mask = substr $c->{in}, $at, 4;
        my $text = substr($c->{in}, $at + 4, $length) ^ substr($mask x (1 + $length / 4), 0, $length);
        substr($c->{in}, 0, $at + 4 + $length) = '';
        my $kind = $first & 15;
        if ($kind == 8) { $c->{websocket} = 0; $c->{close} = 1; $c->{out} .= pack 'CC', 0x88, 0; return flush_out($c->{socket}) }
        $c->{out} .= pack('C', 0x80 | ($kind == 9 ? 10 : $kind)) . ($length < 126 ? pack 'C', $length : pack 'Cn', 126, $length) . $text;
        flush_out($c->{socket});
    }
}

# -- what it says -------------------------------------------------------------------------------

sub facts {
    my $head = shift;
    my ($host) = $head =~ /^host:\s*(\S+)/mi;
    my ($scheme) = $head =~ /^x-forwarded-proto:\s*(\S+)/mi;
    return (tenant => $tenant, service => $service, build => $build, task => $task, requests => $requests,
        host => $host // '', scheme => $scheme // 'http', seconds => int(time - $began));
}

sub json {
    my @facts = facts(shift);
    my @pairs;
    while (my ($name, $value) = splice @facts, 0, 2) {
        $value =~ s/(["\\])/\\$1/g;
        push @pairs, $name =~ /^(?:requests|seconds)$/ ? "\"$name\": $value" : "\"$name\": \"$value\"";
    }
    return '{' . join(', ', @pairs) . "}\n";
}

sub page {
    my %f = facts(shift);
    s/&/&amp;/g, s/</&lt;/g, s/>/&gt;/g for values %f;
    my $hue = (unpack '%32C*', $f{build} x 3) * 47 % 360;
    return <<"HTML";
<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>$f{tenant}: $f{service} $f{build}</title>
<style>
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 18px/1.5 system-ui, sans-serif; color: #222; background: hsl($hue 45% 94%) }
main { background: #fff; border-radius: 16px; padding: 2.5rem 3rem; box-shadow: 0 8px 40px hsl($hue 40% 60% / .3); border-top: 8px solid hsl($hue 60% 50%); min-width: 20rem }
h1 { margin: 0; font-size: 2.2rem } p { margin: .2rem 0 1.4rem; color: #555 }
dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1.4rem; margin: 0 } dt { color: #777 } dd { margin: 0; font-variant-numeric: tabular-nums }
</style>
<main><h1>$f{tenant}</h1><p>$f{scheme}://$f{host}</p>
<dl><dt>service</dt><dd>$f{service}</dd><dt>build</dt><dd><b>$f{build}</b></dd><dt>task</dt><dd>$f{task}</dd><dt>requests</dt><dd>$f{requests}</dd><dt>runs for</dt><dd>$f{seconds} s</dd></dl></main></html>
HTML
}
