using System.Text;
using Slipway.Cli.Versioning.Dvc;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Cli.Versioning;

public sealed class DvcTests : IDisposable
{
    private const string Md5OfAUnixText = "2094b601daac3d68f5aed51d3c20f7cd";
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    // python3 -c 'import json; print(json.dumps([{"md5": "0"*32, "relpath": "é \"x\".txt"}], sort_keys=True))'
    [Fact]
    public void The_list_of_a_folder_is_written_as_Python_writes_it()
    {
        var list = DvcFolder.Write([("é \"x\".txt", new string('0', 32)), ("a", new string('1', 32))]);

        Assert.Equal(
            """[{"md5": "11111111111111111111111111111111", "relpath": "a"}, {"md5": "00000000000000000000000000000000", "relpath": "\u00e9 \"x\".txt"}]""",
            Encoding.ASCII.GetString(list));
    }

    [Fact]
    public void The_stages_of_a_lock_name_outputs_and_those_before_version_3_are_known()
    {
        var file = Write("dvc.lock", """
            schema: '2.0'
            stages:
              prepare:
                cmd: python prepare.py
                deps:
                - path: raw
                  md5: 11111111111111111111111111111111
                outs:
                - path: data/prepared
                  hash: md5
                  md5: 22222222222222222222222222222222.dir
                  size: 8
                  nfiles: 2
              train:
                cmd: python train.py
                outs:
                - path: model.pkl
                  md5: 33333333333333333333333333333333
                  size: 3
            """);

        var outputs = DvcOutput.Read(file);

        Assert.Equal(
            [
                new DvcOutput(Path.Combine(_folder.Path, "data", "prepared"), new string('2', 32), IsFolder: true, IsLegacy: false),
                new DvcOutput(Path.Combine(_folder.Path, "model.pkl"), new string('3', 32), IsFolder: false, IsLegacy: true),
            ],
            outputs);
    }

    [Theory]
    [InlineData("outs:\n- path: a\n", "has no 'md5'")]
    [InlineData("outs:\n- md5: zz\n  path: a\n", "has the md5 'zz', which is none")]
    [InlineData("outs: [", "is no file of DVC that can be read")]
    [InlineData("- a\n", "it is no mapping")]
    public void A_file_that_is_none_of_DVC_is_refused_in_a_sentence(string text, string expected)
    {
        var refusal = Assert.Throws<SlipwayException>(() => DvcOutput.Read(Write("a.dvc", text)));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    // printf 'one\ntwo\n' | md5sum
    [Theory]
    [InlineData("one\ntwo\n", false, true)]
    [InlineData("one\r\ntwo\r\n", true, true)]
    [InlineData("one\r\ntwo\r\n", false, false)]
    [InlineData("one\0\r\ntwo\r\n", true, false)]
    public async Task A_text_is_known_by_the_digest_of_its_Unix_form_before_version_3(string text, bool legacy, bool expected) =>
        Assert.Equal(expected, await Md5Digest.MatchesAsync(Write("text", text), Md5OfAUnixText, legacy, Ct));

    [Fact]
    public void Contents_are_found_in_the_cache_and_the_remotes_of_a_repository_in_both_layouts()
    {
        Write(".dvc/config", "[cache]\n    dir = ../own\n['remote \"box\"']\n    url = ../box\n['remote \"cloud\"']\n    url = s3://bucket/x\n");
        var newer = Write("own/files/md5/aa/bb", "1");
        var older = Write("box/cc/dd", "2");

        var cache = DvcCache.Of(Path.Combine(_folder.Path, "deep", "in"), null);

        Assert.Equal((newer, older, null), (cache.Find("aabb"), cache.Find("ccdd"), cache.Find("eeff")));
        Assert.Equal(Path.Combine(_folder.Path, "own", "files", "md5", "aa", "cc"), cache.PathOf("aacc"));
    }

    private string Write(string path, string text)
    {
        File.WriteAllText(_folder.File(path), text);
        return _folder.File(path);
    }
}
