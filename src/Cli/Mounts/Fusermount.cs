using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Slipway.Kernel;

namespace Slipway.Cli.Mounts;

/// <summary>Mounts for whoever is not root: the program fusermount3 may, and hands the open device over through a socket.</summary>
internal static unsafe partial class Fusermount
{
    private const string Program = "fusermount3";
    private const int Local = 1, Stream = 1;
    private const int SocketLevel = 1, Rights = 1;
    private const int CloseOnExec = 0x40000000;

    public static SafeFileHandle Mount(string folder, string source)
    {
        var ends = stackalloc int[2];
        if (SocketPair(Local, Stream, 0, ends) != 0)
            throw MountPoint.Impossible(Marshal.GetLastPInvokeErrorMessage());
        using var ours = new SafeFileHandle(ends[0], ownsHandle: true);
        string refusal;
        using (var theirs = new SafeFileHandle(ends[1], ownsHandle: true))
        {
            var start = Call("-o", $"ro,nosuid,nodev,default_permissions,fsname={source},subtype={MountTable.Kind}", "--", folder);
            start.Environment["_FUSE_COMMFD"] = ends[1].ToString(CultureInfo.InvariantCulture);
            refusal = Run(start);
        }

        // It is done; what it sent waits in the socket.
        return refusal.Length == 0 && Receive(ours) is { } file ? file : throw MountPoint.Impossible(refusal.Length == 0 ? $"{Program} sent no device" : refusal);
    }

    public static void Unmount(string folder, bool whileInUse)
    {
        var refusal = Run(Call(whileInUse ? ["-u", "-z", "--", folder] : ["-u", "--", folder]));
        if (refusal.Contains("busy", StringComparison.Ordinal))
            throw MountPoint.InUse(folder);
        if (refusal.Length > 0)
            throw new SlipwayException(ErrorCode.PermissionDenied, $"'{folder}' could not be unmounted: {refusal}. Whoever mounted it may, and root.");
    }

    private static ProcessStartInfo Call(params string[] arguments) =>
        new(Program, arguments) { RedirectStandardError = true, RedirectStandardInput = true, Environment = { ["LC_ALL"] = "C" } };

    // What it complained of when it failed, as one line
    private static string Run(ProcessStartInfo start)
    {
        try
        {
            using var process = Process.Start(start)!;
            var complaint = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? "" : $"{complaint.Trim().TrimEnd('.').ReplaceLineEndings("; ")}";
        }
        catch (Win32Exception)
        {
            return $"the system allows it to root only, and through the program {Program}, which is not here (Debian's package fuse3)";
        }
    }

    private static SafeFileHandle? Receive(SafeFileHandle socket)
    {
        byte nothing;
        var part = new Part { Start = &nothing, Length = 1 };
        var control = default(Control);
        var message = new Message { Parts = &part, PartCount = 1, Control = &control, ControlLength = (nuint)sizeof(Control) };
        return Receive(socket, &message, CloseOnExec) > 0 && control is { Level: SocketLevel, Type: Rights }
            ? new SafeFileHandle(control.File, ownsHandle: true)
            : null;
    }

    private struct Part
    {
        public void* Start;
        public nuint Length;
    }

    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential, Size = 24)]
    private struct Control
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int File;
    }

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPair(int domain, int type, int protocol, int* ends);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint Receive(SafeFileHandle socket, Message* message, int flags);
}
