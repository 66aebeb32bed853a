using System.Runtime.InteropServices;
using System.Threading;
using Testbed.Sync;

namespace Testbed.Explorer;

/// <summary>
/// A parker on a Linux futex: two system calls and one switch a hand-off between threads of one processor.
/// </summary>
internal sealed unsafe partial class FutexParker : Parker
{
    private const int Empty = 0;
    private const int Signalled = 1;
    private const int WaitPrivate = 0 | 128;
    private const int WakePrivate = 1 | 128;

    /// <summary>Exchanged atomically by both sides; in unmanaged memory, where the kernel can find it.</summary>
    private readonly int* _word = NativeSync.Allocate<int>(1, "parker");

    /// <summary>Whether this system has it.</summary>
    internal static bool IsSupported { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    private static nint FutexCall { get; } = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 202 : 98;

    internal override void Signal()
    {
        Interlocked.Exchange(ref *_word, Signalled);
        Wake(FutexCall, _word, WakePrivate, 1, 0, 0, 0);
    }

    internal override void Wait()
    {
        while (Interlocked.Exchange(ref *_word, Empty) == Empty)
        {
            // Returns at once if the word has been signalled meanwhile, and now and then for no reason.
            Sleep(FutexCall, _word, WaitPrivate, Empty, 0, 0, 0);
        }
    }

    public override void Dispose() => NativeSync.Free(_word);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Sleep(
        nint number, int* word, nint operation, nint value, nint timeout, nint word2, nint value3);

    /// <summary>Does not block, so it can do without telling the garbage collector.</summary>
    [LibraryImport("libc", EntryPoint = "syscall")]
    [SuppressGCTransition]
    private static partial nint Wake(
        nint number, int* word, nint operation, nint value, nint timeout, nint word2, nint value3);
}
