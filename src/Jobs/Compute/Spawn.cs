using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Jobs.Compute;

/// <summary>
/// Starts a process in a session of its own, with stdout and stderr in one pipe and all signals as a fresh process has
/// them. System.Diagnostics.Process can do none of the three, and each helper program that could would be one more to
/// start for every step.
/// </summary>
internal static unsafe partial class Spawn
{
    // posix_spawnattr_t, posix_spawn_file_actions_t and sigset_t are 336, 80 and 128 bytes or smaller where .NET runs.
    private const int Opaque = 512;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const int CloseOnExec = 0x80000;
    private const int ReadOnly = 0;
    private const int WaitForChild = 0;
    private const int Interrupted = 4;

    // glibc and musl; macOS has another number.
    private static readonly short s_setSession = (short)(OperatingSystem.IsMacOS() ? 0x0400 : 0x80);

    /// <returns>The id of the process, which leads a session of its own, and what it writes.</returns>
    public static (int Id, SafeFileHandle Output) Start(
        string program, IReadOnlyList<string> arguments, IEnumerable<string> environment, string folder)
    {
        Span<int> pipe = stackalloc int[2];
        fixed (int* ends = pipe)
            Check(Pipe(ends, CloseOnExec) == 0 ? 0 : Marshal.GetLastPInvokeError());
        try
        {
            return (Start(program, arguments, environment, folder, pipe[1]), new SafeFileHandle(pipe[0], ownsHandle: true));
        }
        catch
        {
            _ = Close(pipe[0]);
            throw;
        }
        finally
        {
            _ = Close(pipe[1]);
        }
    }

    /// <summary>Waits for the end of the process; the exit code, or 128 and the number of the signal that ended it.</summary>
    public static int Wait(int id)
    {
        int status;
        while (WaitPid(id, &status, WaitForChild) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                throw new Win32Exception(error);
        }

        return (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
    }

    private static int Start(
        string program, IReadOnlyList<string> arguments, IEnumerable<string> environment, string folder, int output)
    {
        var attributes = stackalloc byte[Opaque];
        var actions = stackalloc byte[Opaque];
        var signals = stackalloc byte[Opaque];
        var argv = new CStrings([program, .. arguments]);
        var envp = new CStrings([.. environment]);
        Check(AttributesInit(attributes));
        Check(ActionsInit(actions));
        try
        {
            _ = SignalsFill(signals);
            Check(AttributesSetDefaults(attributes, signals));
            _ = SignalsEmpty(signals);
            Check(AttributesSetMask(attributes, signals));
            Check(AttributesSetFlags(attributes, (short)(s_setSession | SetSignalDefaults | SetSignalMask)));
            Check(ActionsChangeFolder(actions, folder));
            Check(ActionsOpen(actions, 0, "/dev/null", ReadOnly, 0));
            Check(ActionsDuplicate(actions, output, 1));
            Check(ActionsDuplicate(actions, output, 2));
            int id;
            Check(SpawnPath(&id, program, actions, attributes, argv.Pointer, envp.Pointer));
            return id;
        }
        finally
        {
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
            argv.Dispose();
            envp.Dispose();
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new Win32Exception(error);
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitPid(int id, int* status, int options);

    [LibraryImport("libc", EntryPoint = "posix_spawnp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SpawnPath(int* id, string program, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesSetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsDuplicate(byte* actions, int file, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ActionsOpen(byte* actions, int target, string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ActionsChangeFolder(byte* actions, string path);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static partial int SignalsFill(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int SignalsEmpty(byte* signals);

    /// <summary>Text as C wants it: an array of pointers that ends with a null.</summary>
    private readonly struct CStrings : IDisposable
    {
        private readonly int _count;

        public CStrings(string[] texts)
        {
            _count = texts.Length;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Length + 1), (nuint)sizeof(byte*));
            for (var text = 0; text < texts.Length; text++)
                Pointer[text] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[text]);
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var text = 0; text < _count; text++)
                Marshal.FreeCoTaskMem((nint)Pointer[text]);
            NativeMemory.Free(Pointer);
        }
    }
}
