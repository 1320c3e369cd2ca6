#!/usr/bin/env perl
# A small Terraform provider for tests, whole: it plans and applies `thing_note`, whose text it signs with its own version.
# Needs perl and openssl alone, which the image has with git and the certificates. Speaks plugin protocol 5
# (github.com/hashicorp/terraform/blob/v1.11.4/docs/plugin-protocol/tfplugin5.8.proto): gRPC over HTTP/2 over TLS, which openssl ends.
use strict;
use warnings;
use File::Temp qw(tempdir);
use IPC::Open2;
use MIME::Base64;

my $version = '@VERSION@';
die "This is a Terraform provider; Terraform starts it.\n" unless $ENV{TF_PLUGIN_MAGIC_COOKIE};

# -- protobuf: numbers and lengths --------------------------------------------------------------

sub varint { my ($n) = @_; my $out = ''; while ($n > 127) { $out .= chr($n & 127 | 128); $n >>= 7 } $out . chr $n }
sub field { my ($number, $bytes) = @_; varint($number << 3 | 2) . varint(length $bytes) . $bytes }
sub number { my ($number, $value) = @_; varint($number << 3) . varint($value) }

sub fields { # bytes -> number => [values]
    my ($bytes) = @_;
    my ($at, %found) = (0);
    my $take = sub { my ($n, $shift, $b) = (0, 0); do { $b = ord substr $bytes, $at++, 1; $n |= ($b & 127) << $shift; $shift += 7 } while $b & 128; $n };
    while ($at < length $bytes) {
        my $tag = $take->();
        my $value = $take->();
        if (($tag & 7) == 2) { my $size = $value; $value = substr $bytes, $at, $size; $at += $size }
        push @{$found{$tag >> 3}}, $value;
    }
    return \%found;
}

# -- values: msgpack comes, JSON goes ------------------------------------------------------------

sub unpacked { # a map of texts; undef for null
    my ($bytes) = @_;
    my $at = 0;
    my $read;
    $read = sub {
        my $b = ord substr $bytes, $at++, 1;
        return undef if $b == 0xc0;
        if (($b & 0xf0) == 0x80) { return {map { my $k = $read->(); ($k, $read->()) } 1 .. $b & 15} }
        if (($b & 0xe0) == 0xa0 || $b == 0xd9 || $b == 0xda) {
            my $size = $b & 31;
            $size = ord substr $bytes, $at++, 1 if $b == 0xd9;
            if ($b == 0xda) { $size = unpack 'n', substr $bytes, $at, 2; $at += 2 }
            $at += $size;
            return substr $bytes, $at - $size, $size;
        }
        return $b if $b < 0x80;
        if ($b == 0xd4) { $at += 2; return undef } # unknown
        die sprintf "msgpack %02x", $b;
    };
    return $read->();
}

sub json { my ($text) = @_; $text =~ s/([\\"])/\\$1/g; $text =~ s/([\x00-\x1f])/sprintf '\\u%04x', ord $1/ge; "\"$text\"" }
sub value { my ($json) = @_; field(2, $json) }
sub note { my ($text, $by) = @_; value('{"made_by":' . json($by) . ',"text":' . json($text) . '}') }

# -- the provider --------------------------------------------------------------------------------

sub attribute { my ($name, $is) = @_; field(2, field(1, $name) . field(2, '"string"') . number($is, 1)) }

sub planned { # the state that a plan makes: a note that is there keeps its author
    my ($request) = @_;
    my $proposed = unpacked(fields($request->{3}[0])->{1}[0]);
    return value('null') unless $proposed;
    my $prior = unpacked(fields($request->{2}[0])->{1}[0]);
    return note($proposed->{text}, $prior ? $prior->{made_by} : $version);
}

my %calls = (
    GetSchema => sub {
        my $block = field(2, attribute('text', 4) . attribute('made_by', 6));
        field(1, field(2, '')) . field(2, field(1, 'thing_note') . field(2, $block));
    },
    PrepareProviderConfig => sub { field(1, $_[0]{1}[0]) },
    UpgradeResourceState => sub { field(1, value(fields($_[0]{3}[0])->{1}[0])) },
    ReadResource => sub { field(1, $_[0]{2}[0]) },
    PlanResourceChange => sub { field(1, planned($_[0])) },
    ApplyResourceChange => sub { field(1, $_[0]{3}[0]) },
    map { $_ => sub { '' } } qw(ValidateResourceTypeConfig ValidateDataSourceConfig Configure Stop Shutdown),
);

# -- HTTP/2 and gRPC -----------------------------------------------------------------------------

my $folder = tempdir('thing-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my ($key, $cert, $socket) = map { "$folder/$_" } qw(key cert socket);
system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
    . "-addext subjectAltName=DNS:localhost -keyout $key -out $cert 2>/dev/null") == 0 or die "openssl req";
my $pid = open2(my $in, my $out, qw(openssl s_server -quiet -naccept 1 -alpn h2), '-unix', $socket, '-key', $key, '-cert', $cert);
$SIG{PIPE} = 'IGNORE';
$SIG{INT} = 'IGNORE'; # Terraform's own: it tells its providers by itself
END { kill 'TERM', $pid if $pid }
for (1 .. 500) { last if -S $socket; select undef, undef, undef, 0.01 }

my $der = encode_base64(do { local $/; open my $f, '-|', "openssl x509 -in $cert -outform der" or die; <$f> }, '');
$der =~ s/=+$//;
$| = 1;
print "1|5|unix|$socket|grpc|$der\n";
binmode $in;
binmode $out;

sub get { my ($size) = @_; my $data = ''; while (length $data < $size) { my $n = sysread $in, $data, $size - length $data, length $data; exit 0 unless $n } $data }
sub frame { my ($type, $flags, $stream, $data) = @_; syswrite $out, substr(pack('N', length $data), 1) . pack('CCN', $type, $flags, $stream) . $data }

# Huffman's code of HPACK is canonical: the lengths of its 257 codes are all there is to it (RFC 7541, appendix B).
my $lengths = 'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6f56565666577666567655677777'
    . 'fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu';
my @sizes = map { /\d/ ? $_ : ord($_) - 87 } split //, $lengths;
my %symbols;
my ($code, $before) = (0, 0);
for my $symbol (sort { $sizes[$a] <=> $sizes[$b] || $a <=> $b } 0 .. 256) {
    $code <<= $sizes[$symbol] - $before;
    $before = $sizes[$symbol];
    $symbols{sprintf "%0${before}b", $code++} = $symbol;
}
sub plain { my ($bits, $text, $seen) = (unpack('B*', $_[0]), '', ''); for (split //, $bits) { $seen .= $_; if (defined $symbols{$seen}) { $text .= chr $symbols{$seen}; $seen = '' } } $text }

my @table; # HPACK's dynamic table, newest first: [name, value]; of the static one only the name :path matters
sub path_of {
    my ($block) = @_;
    my ($at, $path) = (0, '');
    my $integer = sub {
        my ($bits) = @_;
        my $n = ord(substr $block, $at++, 1) & (1 << $bits) - 1;
        return $n if $n < (1 << $bits) - 1;
        my ($shift, $b) = (0);
        do { $b = ord substr $block, $at++, 1; $n += ($b & 127) << $shift; $shift += 7 } while $b & 128;
        return $n;
    };
    my $text = sub { my $packed = ord(substr $block, $at, 1) & 128; my $size = $integer->(7); $at += $size; my $raw = substr $block, $at - $size, $size; $packed ? plain($raw) : $raw };
    my $named = sub { my ($n) = @_; $n > 61 ? @{$table[$n - 62]} : (($n == 4 || $n == 5 ? ':path' : "static $n"), '') };
    while ($at < length $block) {
        my $b = ord substr $block, $at, 1;
        my ($name, $value);
        if ($b & 128) { ($name, $value) = $named->($integer->(7)) }
        elsif (($b & 0xe0) == 0x20) { $integer->(5); next }
        else {
            my $kept = $b & 64;
            my $n = $integer->($kept ? 6 : 4);
            $name = $n ? ($named->($n))[0] : $text->();
            $value = $text->();
            unshift @table, [$name, $value] if $kept;
        }
        $path = $value if $name eq ':path';
    }
    return $path;
}

sub literal { my ($name, $value) = @_; "\0" . chr(length $name) . $name . chr(length $value) . $value }

sub answer {
    my ($stream, $path, $body) = @_;
    my ($method) = $path =~ m{([^/]+)$};
    my $call = $calls{$method // ''};
    my $data = $call ? eval { $call->(fields(substr $body, 5)) } : undef;
    print STDERR "$method: $@" if $@;
    my $status = $call ? (defined $data ? 0 : 2) : 12;
    frame(1, 4, $stream, "\x88" . literal('content-type', 'application/grpc'));
    frame(0, 0, $stream, "\0" . pack('N', length $data) . $data) if defined $data;
    frame(1, 5, $stream, literal('grpc-status', $status));
    if (($method // '') eq 'Shutdown') { select undef, undef, undef, 0.05; exit 0 }
}

get(24); # the client's preface
frame(4, 0, 0, '');
my (%paths, %bodies, %headers);
while (1) {
    my ($high, $size, $type, $flags, $stream) = unpack 'CnCCN', get(9);
    my $data = get($size + ($high << 16));
    if ($type == 4 && !($flags & 1)) { frame(4, 1, 0, '') } # settings
    elsif ($type == 6 && !($flags & 1)) { frame(6, 1, 0, $data) } # ping
    elsif ($type == 1 || $type == 9) { # headers and their continuation
        if ($type == 1) {
            my $padding = $flags & 8 ? ord substr $data, 0, 1, '' : 0;
            substr $data, 0, 5, '' if $flags & 32;
            substr $data, -$padding, $padding, '' if $padding;
        }
        $headers{$stream} .= $data;
        $paths{$stream} = path_of(delete $headers{$stream}) if $flags & 4;
        $bodies{$stream} = '';
    }
    elsif ($type == 0) {
        $bodies{$stream} .= $data;
        if (length $data) { frame(8, 0, $_, pack 'N', length $data) for 0, $stream }
        answer($stream, $paths{$stream}, $bodies{$stream}) if $flags & 1;
    }
    answer($stream, $paths{$stream}, '') if $type == 1 && $flags & 1;
}
