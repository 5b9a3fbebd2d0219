import { type StdioOptions, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bubblewrapCommands } from '../../../src/adapters/commands/bubblewrap/index.ts';
import { LIMITS } from '../../../src/adapters/commands/bubblewrap/limits.ts';
import { bench, commandsContract, running, uniqueSleep } from '../../ports/commands.contract.ts';
import { bubblewrap, cannotTry } from './bubblewrap-here.ts';

const program = bubblewrap.program ?? '';
const path = process.env.PATH;

describe.skipIf(cannotTry('the command port over bubblewrap'))('the port', () => {
  commandsContract((own = path) => bubblewrapCommands({ program, path: own }));
});

describe.skipIf(cannotTry('what bubblewrap keeps a command from'))('inside', () => {
  const commands = bubblewrapCommands({ program, path });
  const here = bench(() => commands);
  const { run } = here;

  test('says what confines a command', () => {
    expect(commands.confinement).toBe('bubblewrap');
    expect(bubblewrapCommands({ program, path, network: true }).confinement).toBe('bubblewrap, with network');
  });

  test('case 41: no process of the machine, and no environment but its own, is to be seen', async () => {
    process.env.SECRET_API_KEY = 'sk-live-in-the-parent';
    const sleep = uniqueSleep();
    const outside = spawn('sleep', [sleep], { stdio: 'ignore' });
    try {
      const { output } = await run(
        'cat /proc/*/environ /proc/*/cmdline | tr "\\0" "\\n"; ls /proc | grep "^[0-9]" | wc -l',
      );
      expect(output).not.toContain('sk-live');
      expect(output).not.toContain(sleep);
      expect(output).not.toContain('vitest');
      const ownPid = await run(`kill -0 ${outside.pid}; kill -0 ${process.pid}; true`);
      expect(ownPid.output.match(/No such process/g)).toHaveLength(2);
      expect(outside.exitCode).toBe(null);
      expect(running(sleep)).toBe(1);
    } finally {
      outside.kill('SIGKILL');
      delete process.env.SECRET_API_KEY;
    }
  });

  test('nothing of this process is handed on: no open file, no terminal, no capability', async () => {
    const { output } = await run('readlink /proc/self/fd/*; grep Cap /proc/self/status; cat /dev/tty; ls -d /sys /var');
    const files = output.match(/^\/.*$|^[a-z]+:\[\d+\]$/gm) ?? [];
    expect(files.filter((file) => !/^(\/dev\/null|socket:|pipe:|\/proc\/\d+\/fd)/.test(file))).toEqual([]);
    expect(output.match(/Cap\w+:\s+0+$/gm)).toHaveLength(5);
    expect(output).toMatch(/\/dev\/tty: No such device/);
    expect(output).toMatch(/cannot access '\/sys'/);
    expect(output).toMatch(/cannot access '\/var'/);
  });

  test('what Tercet was started with is not handed on', async () => {
    const secret = join(here.folder, '..', `tercet-open-${process.pid}`);
    writeFileSync(secret, 'open in the shell that started Tercet');
    const opened = openSync(secret, 'r');
    try {
      const source = `
        import { bubblewrapCommands } from ${JSON.stringify(new URL('../../../src/adapters/commands/bubblewrap/index.ts', import.meta.url).href)};
        const options = { cwd: ${JSON.stringify(here.folder)}, timeoutMs: 9000, maxOutputBytes: 900, signal: new AbortController().signal };
        const result = await bubblewrapCommands({ program: ${JSON.stringify(program)}, path: process.env.PATH }).run('cat /proc/self/fd/20; readlink /proc/self/fd/20', options);
        console.log(result.output);`;
      writeFileSync(join(here.folder, 'main.mjs'), source);
      const stdio = Array.from({ length: 21 }, (_, n) => (n === 1 ? 'pipe' : n === 20 ? opened : 'ignore'));
      const child = spawn(process.execPath, [join(here.folder, 'main.mjs')], { stdio: stdio as StdioOptions });
      let output = '';
      child.stdout?.on('data', (data: Buffer) => {
        output += data;
      });
      await new Promise((resolve) => child.on('close', resolve));
      expect(output).toBe('/dev/null\n\n');
    } finally {
      closeSync(opened);
      rmSync(secret);
    }
  });

  test('no further namespace, mount or device can be made', async () => {
    const { output } = await run(
      'unshare -U true || echo no-user; mount -t tmpfs x /tmp 2>&1 || echo no-mount; mknod /tmp/d b 7 0 || echo no-device',
    );
    expect(output).toMatch(/no-user[\s\S]*no-mount[\s\S]*no-device/);
  });

  test('the home of the person, their keys and the tool’s own folders are not there', async () => {
    const { output } = await run(`ls -A ${homedir()} ~root /home /etc/shadow /var/run/docker.sock 2>&1; echo; ls -A ~`);
    for (const name of ['.ssh', '.aws', '.config', '.npmrc', '.bashrc', '.profile', '.gitconfig'])
      expect(output).not.toContain(`${name}\n`);
    expect(output).toMatch(/'?\/etc\/shadow'?: No such file/);
    expect(output.endsWith('\n\n')).toBe(true);
  });

  test('nothing of the kernel can be set, although root without a capability owns /proc/sys', async () => {
    const { output } = await run(
      'find /proc/sys /proc/[a-z]* -maxdepth 3 -type f -writable -not -path "/proc/self/*" -not -path "/proc/thread-self/*" 2>/dev/null; test -w /proc/sys/kernel/core_pattern && echo core_pattern; cat /proc/self/oom_score_adj',
    );
    expect(output).toBe('1000\n');
  });

  // No test here does what would harm the machine if the sandbox failed: each tries the same door with a file of its own.
  test('case 10: what `rm -rf ~/ /usr` would remove is a home in memory, and a system mounted read-only', async () => {
    const { output } = await run('cat /proc/self/mountinfo');
    const mounts = output
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const of = (place: string) => mounts.filter((words) => words[4] === place).map((words) => words[5] ?? '');
    expect(of('/run/home').join()).toMatch(/^rw/);
    const writable = mounts.filter((words) => words[5]?.startsWith('rw')).map((words) => words[4] ?? '');
    expect(writable).toEqual(expect.arrayContaining(['/tmp', '/run/home', here.folder]));
    for (const place of writable) expect(place).toMatch(new RegExp(`^(/dev/.*|/tmp|/run/home|${here.folder})$`));
    for (const place of ['/', '/usr', '/dev', '/proc']) expect(of(place).join()).toMatch(/^ro/);
  });

  test('nothing outside the working tree can be written, however it is reached', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'tercet-outside-')));
    try {
      writeFileSync(join(outside, 'file'), 'mine');
      symlinkSync(outside, join(here.folder, 'link'));
      const beside = join(dirname(here.folder), `${here.folder.split('/').at(-1)}-evil`);
      await run(
        `echo x > link/file; echo x > ${outside}/file; touch ${outside}/planted; mkdir ${beside}; echo x > ../evil; ln ${outside}/file hard`,
      );
      expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('mine');
      expect(existsSync(beside)).toBe(false);
      expect(existsSync(join(dirname(here.folder), 'evil'))).toBe(false);
      for (const place of ['/', '/usr', '/etc', '/dev', '/proc/sys/kernel', dirname(process.execPath)])
        expect(await run(`test -w ${place}`), place).toMatchObject({ exitCode: 1 });
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });

  test('case 34: options that run or write somewhere gain nothing', async () => {
    writeFileSync(join(here.folder, 'a'), 'x\n');
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'tercet-outside-')));
    const target = join(outside, 'planted');
    await run(
      `sort -o ${target} a; find . -fprint ${target}; sed -n 'w ${target}' a; tar cf /dev/null a --checkpoint=1 --checkpoint-action=exec='touch ${target}'`,
    );
    const planted = readdirSync(outside);
    rmSync(outside, { recursive: true });
    expect(planted).toEqual([]);
  });

  test('the working tree cannot be the folder that holds the home', async () => {
    for (const cwd of ['/', homedir(), dirname(homedir())])
      expect(await run('true', { cwd })).toMatchObject({
        exitCode: 126,
        output: expect.stringContaining('holds your home'),
      });
  });
});

describe.skipIf(cannotTry('that a command reaches no network'))('network', () => {
  let server: Server;
  let connections = 0;
  let port = 0;
  beforeAll(async () => {
    server = createServer((socket) => {
      connections += 1;
      socket.end('hello');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => server.close());
  const connect = () =>
    `${process.execPath} -e 'const s=require("net").connect(${port},"127.0.0.1");s.on("data",d=>console.log(String(d)));s.on("error",e=>console.log(e.code))'`;

  const closed = bench(() => bubblewrapCommands({ program, path }));
  test('there is none but a loopback of its own', async () => {
    expect((await closed.run(connect())).output).toBe('ECONNREFUSED\n');
    expect(connections).toBe(0);
    const own = `const n=require("net");const s=n.createServer(c=>c.end("own")).listen(0,"127.0.0.1",()=>n.connect(s.address().port,"127.0.0.1").on("data",d=>{console.log(String(d));s.close()}))`;
    expect((await closed.run(`${process.execPath} -e '${own}'`)).output).toBe('own\n');
    expect((await closed.run('cat /proc/net/route | wc -l; ls /etc/resolv.conf')).output).toMatch(/^1\n.*No such file/);
  });

  const open = bench(() => bubblewrapCommands({ program, path, network: true }));
  test('with the person’s leave it is the machine’s', async () => {
    expect((await open.run(connect())).output).toBe('hello\n');
    expect(connections).toBe(1);
  });
});

describe.skipIf(cannotTry('that what a command uses is bounded'))('bounds', () => {
  const small = {
    ...LIMITS,
    processes: 60,
    fileBytes: 1024 ** 2,
    memoryBytes: 256 * 1024 ** 2,
    temporaryBytes: 1024 ** 2,
  };
  const here = bench(() => bubblewrapCommands({ program, path, limits: small }));
  const { run } = here;

  test('processes are counted over the whole tree', async () => {
    const { output } = await run('i=0; while [ $i -lt 80 ]; do sleep 2 & i=$((i+1)); done; echo all');
    expect(output).toMatch(/[Cc]annot fork/);
  });

  test('a file stops growing at its bound, and folders in memory at theirs', async () => {
    const { output } = await run('head -c 64M /dev/zero > big; stat -c %s big');
    expect(Number(output.match(/^\d+$/m)?.[0])).toBe(small.fileBytes);
    for (const folder of ['~', '/tmp', '/dev/shm']) {
      const several = `cd ${folder}; for n in 1 2 3 4; do head -c 900K /dev/zero > $n; done 2>/dev/null; cat * | wc -c`;
      const bytes = Number((await run(several)).output.trim().split('\n').at(-1));
      expect(bytes).toBeGreaterThan(900 * 1024);
      expect(bytes).toBeLessThanOrEqual(small.temporaryBytes);
    }
  });

  test('a process that eats memory fails; Node and WebAssembly start in ordinary bounds', async () => {
    const eat = 'const a=[];while(a.length<64)a.push(Buffer.alloc(1<<24,1))';
    const ate = await run(`${process.execPath} -e '${eat}'`);
    expect(ate.exitCode).not.toBe(0);
    expect(ate.timedOut).toBe(false);
    const ordinary = bubblewrapCommands({ program, path });
    const wasm =
      'const w=new WebAssembly.Memory({initial:10,maximum:65536});w.grow(1000);console.log(w.buffer.byteLength)';
    const options = { cwd: here.folder, timeoutMs: 9000, maxOutputBytes: 900, signal: new AbortController().signal };
    expect((await ordinary.run(`${process.execPath} -e '${wasm}'`, options)).output).toBe(`${1010 * 65536}\n`);
  });

  test('no core is dumped, and no limit can be raised again', async () => {
    const { output } = await run(
      'ulimit -Hc; ulimit -Hd; ulimit -Hf; ulimit -d unlimited 2>&1 | grep -c rror; ulimit -Hd',
    );
    const [core, data, file, , again] = output.split('\n').map((line) => Number(line));
    expect([core, data, file]).toEqual([0, small.memoryBytes / 1024, small.fileBytes / 512]);
    expect(again).toBe(data);
  });
});

describe.skipIf(cannotTry('that nothing outlives a command'))('ending', () => {
  const commands = bubblewrapCommands({ program, path });
  const here = bench(() => commands);
  const { run } = here;
  const daemon = (sleep: string) => `setsid sh -c "trap '' TERM HUP INT; sleep ${sleep}" >/dev/null 2>&1 </dev/null &`;

  test('a daemon in a session of its own is gone at the deadline, on cancel, and at the end', async () => {
    const [late, cancelled, normal] = [uniqueSleep(), uniqueSleep(), uniqueSleep()] as const;
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 400);
    await Promise.all([
      run(`${daemon(late)} sleep 60`, { timeoutMs: 400 }),
      run(`${daemon(cancelled)} sleep 60`, { signal: controller.signal }),
      run(`${daemon(normal)} sleep 0.2`),
    ]);
    expect([running(late), running(cancelled), running(normal)]).toEqual([0, 0, 0]);
  });

  test('the deadline needs no grace: it is one signal that nothing can ignore', async () => {
    const result = await run("trap '' TERM; while true; do sleep 0.1; done", { timeoutMs: 300 });
    expect(result.ms).toBeLessThan(15_000);
  });

  test('kill -9 of Tercet takes every process inside with it', async () => {
    const sleep = uniqueSleep();
    const source = `
      import { bubblewrapCommands } from ${JSON.stringify(new URL('../../../src/adapters/commands/bubblewrap/index.ts', import.meta.url).href)};
      const options = { cwd: ${JSON.stringify(here.folder)}, timeoutMs: 60000, maxOutputBytes: 100, signal: new AbortController().signal };
      void bubblewrapCommands({ program: ${JSON.stringify(program)}, path: process.env.PATH }).run(${JSON.stringify(`${daemon(sleep)} sleep ${sleep} & echo up > up; sleep ${sleep}`)}, options);`;
    writeFileSync(join(here.folder, 'main.mjs'), source);
    const child = spawn(process.execPath, [join(here.folder, 'main.mjs')], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.on('close', resolve));
    while (running(sleep) < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await gone;
    const until = performance.now() + 2000;
    while (running(sleep) > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(running(sleep)).toBe(0);
  });
});

describe.skipIf(cannotTry('that programs of the machine work inside'))('what works', () => {
  const here = bench(() => bubblewrapCommands({ program, path }));
  const { run } = here;

  test('node, npm, python and a shell script', async () => {
    writeFileSync(join(here.folder, 'package.json'), '{"name":"x","scripts":{"test":"node --test"}}');
    writeFileSync(
      join(here.folder, 'x.test.js'),
      'require("node:test")("adds", () => require("node:assert").equal(1 + 1, 2));',
    );
    expect(await run('npm test', { timeoutMs: 20_000 })).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('pass 1'),
    });
    expect((await run('python3 -c "import json, ssl, tempfile; print(tempfile.mkstemp()[1][:5])"')).output).toBe(
      '/tmp/\n',
    );
    expect(
      (await run('printf "#!/usr/bin/env bash\\necho script" > s; chmod +x s; ./s; date +%Z | wc -l; whoami')).exitCode,
    ).toBe(0);
  });

  test('packages in the folders above are found, through a link to packages too; a link to anything else is not followed', async () => {
    const packages = mkdtempSync(join(tmpdir(), 'tercet-packages-'));
    try {
      mkdirSync(join(packages, 'node_modules', 'linked'), { recursive: true });
      writeFileSync(join(packages, 'node_modules', 'linked', 'index.js'), 'module.exports = "linked"');
      mkdirSync(join(here.folder, 'a', 'b', 'tree'), { recursive: true });
      mkdirSync(join(here.folder, 'node_modules', 'above'), { recursive: true });
      writeFileSync(join(here.folder, 'node_modules', 'above', 'index.js'), 'module.exports = "above"');
      symlinkSync(join(packages, 'node_modules'), join(here.folder, 'a', 'node_modules'));
      writeFileSync(join(packages, 'secret'), 'key');
      symlinkSync(packages, join(here.folder, 'a', 'b', 'node_modules'));
      const cwd = join(here.folder, 'a', 'b', 'tree');
      const script = 'console.log(require("above"), require("linked"))';
      expect((await run(`${process.execPath} -e '${script}'`, { cwd })).output).toBe('above linked\n');
      expect((await run('ls ../node_modules ../../../..; touch ../../node_modules/x', { cwd })).output).not.toContain(
        'secret',
      );
      expect(existsSync(join(packages, 'node_modules', 'x'))).toBe(false);
    } finally {
      rmSync(packages, { recursive: true, force: true });
    }
  });

  test('folders the person names can be read', async () => {
    const extra = realpathSync(mkdtempSync(join(tmpdir(), 'tercet-extra-')));
    try {
      writeFileSync(join(extra, 'tool.cfg'), 'found');
      const named = bubblewrapCommands({ program, path, read: [extra] });
      const options = { cwd: here.folder, timeoutMs: 9000, maxOutputBytes: 900, signal: new AbortController().signal };
      const { output } = await named.run(`cat ${extra}/tool.cfg; touch ${extra}/x`, options);
      expect(output).toMatch(/^found.*Read-only file system/);
      expect((await run(`cat ${extra}/tool.cfg`)).exitCode).toBe(1);
    } finally {
      rmSync(extra, { recursive: true, force: true });
    }
  });
});
