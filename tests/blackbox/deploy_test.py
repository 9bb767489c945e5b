"""Dockerfile, deploy/ and examples/ fit the service: what they name is there, and their times and limits agree."""

import json
import re
import shutil
import subprocess
import unittest

import yaml

import support

DEPLOY = support.ROOT / "deploy"
EXAMPLE = support.ROOT / "examples/express"
ADDRESSES = {"/health", "/livez", "/readyz", "/metrics"}


def settings() -> dict[str, str]:
    """Name to default, of every row of docs/configuration.md."""
    text = (support.ROOT / "docs/configuration.md").read_text()
    return dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]*?) \|", text, re.M))


def number(name: str) -> int:
    return int(settings()[name])


def read(name: str) -> str:
    return (DEPLOY / name).read_text()


def documents() -> dict[str, list]:
    return {str(path.relative_to(DEPLOY)): list(yaml.safe_load_all(path.read_text()))
            for path in (*DEPLOY.glob("*.yml"), *DEPLOY.glob("kubernetes/*.yaml"))}


def kubernetes(kind: str) -> dict:
    return next(one for each in documents().values() for one in each if one.get("kind") == kind)


def container() -> dict:
    return kubernetes("StatefulSet")["spec"]["template"]["spec"]["containers"][0]


def compose() -> dict:
    return documents()["docker-compose.yml"][0]["services"]


def unit(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", read("systemd/syncnet.service"), re.M)


def instructions() -> list[tuple[str, str]]:
    """Name and arguments of each instruction of the Dockerfile, in its order."""
    text = re.sub(r"^#.*\n", "", (support.ROOT / "Dockerfile").read_text(), flags=re.M)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line.strip()]


def image(instruction: str) -> list[str]:
    return [arguments for name, arguments in instructions() if name == instruction]


def image_settings() -> dict[str, str]:
    return dict(word.split("=") for words in image("ENV") for word in words.split())


def seconds(text: str) -> int:
    return int(re.fullmatch(r"(\d+)s?", text).group(1))


class Names(unittest.TestCase):
    def test_settings(self):
        named = {
            "systemd/syncnet.service": [line.split("=")[0] for line in unit("Environment")],
            "systemd/syncnet.env": re.findall(r"^#?([A-Z_]+)=", read("systemd/syncnet.env"), re.M),
            "Dockerfile": list(image_settings()),
            "docker-compose.yml": list(compose()["syncnet"]["environment"]),
            "kubernetes": [one["name"] for one in container()["env"]],
            "README.md": re.findall(r"`([A-Z]+_[A-Z_]+)`|-e ([A-Z_]+)=", read("README.md")),
        }
        for where, names in named.items():
            with self.subTest(where):
                names = {name if isinstance(name, str) else "".join(name) for name in names}
                self.assertTrue(names)
                self.assertLessEqual(names, settings().keys())

    def test_the_example_reads_settings_or_what_its_readme_tells(self):
        names = set(re.findall(r"process\.env\.([A-Z_]+)", (EXAMPLE / "server.js").read_text()))
        told = set(re.findall(r"`([A-Z_]+)`", (EXAMPLE / "README.md").read_text()))
        self.assertTrue(names)
        self.assertLessEqual(names, told)
        self.assertEqual({name for name in names if name not in settings()}, {"SYNCNET_URL", "SYNCNET_API_KEY"})

    def test_the_lock_file_names_no_registry(self):
        for lock in (EXAMPLE / "package-lock.json", support.ROOT / "web/package-lock.json", support.ROOT / "tests/web/package-lock.json"):
            with self.subTest(lock):
                self.assertNotIn('"resolved"', lock.read_text())
                self.assertNotRegex(lock.read_text(), "(?i)registry")

    def test_what_the_image_is_made_of(self):
        known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
        self.assertLessEqual({name for name, _ in instructions()}, known)
        self.assertEqual(instructions()[0][0], "FROM")
        stages = [match.group(1) for match in (re.search(r" AS (\w+)$", one) for one in image("FROM")) if match]
        for source in image("COPY"):
            *sources, _ = [word for word in source.split() if not word.startswith("--")]
            if stage := re.search(r"--from=(\S+)", source):
                self.assertIn(stage.group(1), stages)
                continue
            for name in sources:
                self.assertTrue((support.ROOT / name).exists(), name)
        self.assertEqual([json.loads(one) for one in image("ENTRYPOINT") + image("CMD")], [["syncnet"], ["serve"]])
        self.assertEqual([path.name for path in support.ROOT.rglob("Dockerfile") if "node_modules" not in path.parts], ["Dockerfile"])

    def test_everybody_calls_the_image_the_same(self):
        name = compose()["syncnet"]["image"]
        self.assertEqual(container()["image"], name)
        self.assertEqual((DEPLOY / compose()["syncnet"]["build"]).resolve(), support.ROOT)
        for text in (read("README.md"), (support.ROOT / "Dockerfile").read_text()):
            self.assertIn(f"docker build -t {name} .", text)

    def test_manifests_that_the_kustomization_lists(self):
        there = {path.name for path in DEPLOY.glob("kubernetes/*.yaml")}
        self.assertEqual({*kubernetes("Kustomization")["resources"], "kustomization.yaml"}, there)


class Ports(unittest.TestCase):
    def test_one_port_everywhere(self):
        port = settings()["PORT"]
        self.assertEqual(image_settings()["PORT"], port)
        self.assertIn(f"http://127.0.0.1:{port}/", " ".join(image("HEALTHCHECK")))
        self.assertIn(f"#PORT={port}", read("systemd/syncnet.env"))
        self.assertEqual(image("EXPOSE"), [port])
        self.assertEqual([str(one["containerPort"]) for one in container()["ports"]], [port])
        self.assertIn(f"http://syncnet:{port};", read("nginx.conf"))
        self.assertEqual(compose()["syncnet"]["ports"][0].split(":")[1], port)
        self.assertIn(f"http://127.0.0.1:{port}", (EXAMPLE / "server.js").read_text())
        self.assertEqual(compose()["proxy"]["ports"][0].split(":")[1], re.search(r"listen (\d+);", read("nginx.conf")).group(1))

    def test_probes_ask_addresses_that_there_are(self):
        asked = [container()[probe]["httpGet"]["path"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")]
        asked += re.findall(r"127\.0\.0\.1:\d+(/\w+)", " ".join(image("HEALTHCHECK")))
        asked += re.findall(r"location = (/\w+)", read("nginx.conf"))
        self.assertEqual(len(asked), 5)
        self.assertLessEqual(set(asked), ADDRESSES)


class Times(unittest.TestCase):
    def test_whoever_stops_it_waits_until_it_has_drained(self):
        drain = number("DRAIN_SECONDS") + 5  # after which it hands back what it could not finish
        pod = kubernetes("StatefulSet")["spec"]["template"]["spec"]
        pause = int(container()["lifecycle"]["preStop"]["exec"]["command"][1])
        self.assertGreater(seconds(*unit("TimeoutStopSec")), drain)
        self.assertGreater(seconds(compose()["syncnet"]["stop_grace_period"]), drain)
        self.assertGreater(pod["terminationGracePeriodSeconds"], drain + pause)

    def test_whoever_forwards_waits_longer_than_the_service(self):
        longest = number("PROCESSING_TIMEOUT_SECONDS")
        self.assertGreater(seconds(re.search(r"proxy_read_timeout (\w+);", read("nginx.conf")).group(1)), longest)
        patience = re.search(r"PATIENCE_MS = ([\d_]+)", (EXAMPLE / "server.js").read_text()).group(1)
        self.assertGreater(int(patience) / 1000, longest)


class Containers(unittest.TestCase):
    def test_not_root_and_nothing_to_write_to_but_volumes(self):
        user = image("USER")[-1].split(":")[0]
        pod = kubernetes("StatefulSet")["spec"]["template"]["spec"]["securityContext"]
        self.assertEqual((pod["runAsNonRoot"], str(pod["runAsUser"])), (True, user))
        self.assertTrue(container()["securityContext"]["readOnlyRootFilesystem"])
        written = {mount["mountPath"] for mount in container()["volumeMounts"] if not mount.get("readOnly")}
        self.assertEqual(written, set(image("VOLUME")[0].split()))
        for name, service in compose().items():
            self.assertTrue(service["read_only"], name)

    def test_replicas_have_a_port_each(self):
        first, last = compose()["syncnet"]["ports"][0].split(":")[0].split("-")
        self.assertEqual(int(last) - int(first) + 1, compose()["syncnet"]["deploy"]["replicas"])

    def test_the_image_runs_as_it_is_and_deployments_want_keys(self):
        self.assertEqual((image_settings()["HOST"], image_settings()["ALLOW_NO_KEYS"]), ("0.0.0.0", "yes"))
        self.assertEqual(compose()["syncnet"]["environment"]["ALLOW_NO_KEYS"], "no")
        self.assertIn({"name": "ALLOW_NO_KEYS", "value": "no"}, container()["env"])

    def test_the_image_writes_nothing_where_videos_are_mounted(self):
        workdir = image("WORKDIR")[-1]
        self.assertTrue(image_settings()["STATE_DIR"].startswith(image("VOLUME")[0].split()[0]))
        self.assertIn(settings()["TMP_DIR"], image("VOLUME")[0].split())
        # Not named there: a mounted tmp without uploads must not stop the start.
        self.assertNotIn("UPLOAD_DIR", image_settings())
        self.assertIn("tmp/uploads", settings()["UPLOAD_DIR"].split(":"))
        self.assertIn("mkdir -p tmp/uploads", image("RUN"))
        self.assertIn(f"../tmp:{workdir}/tmp:ro", compose()["syncnet"]["volumes"])

    def test_keys_are_where_they_are_laid(self):
        keys = next(one["value"] for one in container()["env"] if one["name"] == "API_KEYS")
        self.assertIn(keys.rsplit("/", 1)[0], [mount["mountPath"] for mount in container()["volumeMounts"]])
        self.assertEqual(compose()["syncnet"]["environment"]["API_KEYS"], "/run/secrets/" + compose()["syncnet"]["secrets"][0])


class Unit(unittest.TestCase):
    @unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd-analyze")
    def test_systemd_understands_it(self):
        copy = support.scratch_folder() / "syncnet.service"
        copy.write_text(read("systemd/syncnet.service").replace("/usr/bin/syncnet", str(support.BINARY)))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True, timeout=support.PATIENCE)
        # Without a word: what it does not know it only warns of.
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    @unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd-analyze")
    def test_exposes_no_more_than_it_needs(self):
        # What is left is what it does: clients and webhooks, compiled kernels, workers that shut themselves in, also from the
        # other processes (deploy/README.md).
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", DEPLOY / "systemd/syncnet.service"],
                              capture_output=True, text=True, timeout=support.PATIENCE)
        if "unrecognized option" in done.stderr:
            self.skipTest("this systemd-analyze can't do it offline")
        self.assertLessEqual(float(re.search(r"exposure level for [^:]*: ([0-9.]+)", done.stdout).group(1)), 1.9, done.stdout)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd-analyze")
    def test_allows_what_workers_shut_themselves_in_with(self):
        self.assertEqual(unit("MemoryDenyWriteExecute"), ["no"])
        self.assertEqual(set(" ".join(unit("RestrictNamespaces")).split()), {"user", "net", "ipc", "uts", "pid"})


class Package(unittest.TestCase):
    def test_tells_what_it_is_made_of(self):
        made = support.scratch_folder() / "sbom.json"
        subprocess.run([support.ROOT / "scripts/sbom", support.BINARY, made], check=True, timeout=support.PATIENCE)
        bom = json.loads(made.read_text())
        self.assertEqual((bom["bomFormat"], bom["specVersion"]), ("CycloneDX", "1.5"))
        parts = {part["name"]: part for part in bom["components"]}
        for name in ("libavcodec59", "libdnnl2", "libseccomp2", "libssl3", "libc6", "@mediapipe/face_detection", "uplot", "lipsync"):
            self.assertIn(name, list(parts))
            self.assertTrue(parts[name]["version"], name)
            self.assertTrue(parts[name]["purl"].startswith("pkg:"), name)
        self.assertEqual(len({part["bom-ref"] for part in bom["components"]}), len(bom["components"]))
        again = made.with_name("again.json")
        subprocess.run([support.ROOT / "scripts/sbom", support.BINARY, again], check=True, timeout=support.PATIENCE)
        self.assertEqual(again.read_bytes(), made.read_bytes())

    def test_is_linked_so_that_little_can_be_written_to(self):
        told = subprocess.run(["readelf", "-hldW", support.BINARY], capture_output=True, text=True, check=True).stdout
        self.assertRegex(told, r"Type:\s+DYN")
        self.assertIn("GNU_RELRO", told)
        self.assertRegex(told, r"FLAGS_1.*NOW.*PIE")
        self.assertRegex(told, r"GNU_STACK.* RW ")

    @unittest.skipIf(support.SANITIZED, "sanitizers watch instead")
    def test_notices_overwritten_stacks_and_buffers(self):
        told = subprocess.run(["readelf", "--dyn-syms", "-W", support.BINARY], capture_output=True, text=True, check=True).stdout
        self.assertIn("__stack_chk_fail", told)
        self.assertRegex(told, r"__(memcpy|memset|snprintf|vsnprintf|read|fdelt|memmove)_chk")

    def test_holds_no_path_of_its_build(self):
        content = support.BINARY.read_bytes()
        self.assertNotIn(str(support.ROOT).encode(), content)

    def test_scripts_are_shell(self):
        for path in (*DEPLOY.glob("debian/p*"), DEPLOY / "check_deb"):
            if path.name != "copyright":
                subprocess.run(["bash", "-n", path], check=True)

    def test_installs_below_usr_what_the_program_looks_for(self):
        # In a folder of its own, as a package is: DESTDIR and /usr.
        if not (support.BINARY.parent / "cmake_install.cmake").exists():
            self.skipTest("the program does not lie in a build folder")
        folder = support.scratch_folder()
        subprocess.run(["cmake", "-DCMAKE_INSTALL_PREFIX=/usr", "-P", support.BINARY.parent / "cmake_install.cmake"], check=True,
                       stdout=subprocess.DEVNULL, env=support.environment(DESTDIR=str(folder)))
        for conffile in read("debian/conffiles").split():
            self.assertTrue((folder / conffile[1:]).is_file(), conffile)
        self.assertTrue((folder / "lib/systemd/system/syncnet.service").is_file())
        done = subprocess.run([folder / "usr/bin/syncnet", "score", support.sample()], capture_output=True, text=True,
                              env=support.environment(), timeout=support.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name, text in (("EnvironmentFile", "/etc/syncnet/syncnet.env"), ("ExecStart", "/usr/bin/syncnet serve")):
            self.assertIn(text, unit(name)[0])


if __name__ == "__main__":
    unittest.main()
