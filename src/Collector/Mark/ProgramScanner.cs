using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>What a <see cref="ProgramScanner{TSync, TSink}"/> does with the words that it finds.</summary>
internal interface IPointerSink
{
    /// <summary>Takes a word that is a pointer or null.</summary>
    void Consider(nint address);

    /// <summary>Takes a pointer, or null, to something that is not to be scanned.</summary>
    void MarkOnly(nint address);
}

/// <summary>Runs type programs over objects. The interpreter in the seed's <c>scanblock</c>.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
/// <typeparam name="TSink">Where pointers go.</typeparam>
internal static unsafe class ProgramScanner<TSync, TSink>
    where TSync : struct, ISync
    where TSink : struct, IPointerSink
{
    /// <summary>Runs a program once.</summary>
    /// <param name="program">The program.</param>
    /// <param name="start">What it is run on.</param>
    /// <param name="end">The end of the object: a buffer ends there at the latest.</param>
    /// <param name="sink">Where pointers go.</param>
    /// <exception cref="CorruptionException">The program has no such instruction.</exception>
    internal static void Run(nint* program, nint* start, nint* end, TSink sink)
    {
        Level* levels = stackalloc Level[TypeProgram.MaxDepth + 1];
        int depth = 0;
        nint* at = start;
        nint* pc = program;
        while (true)
        {
            var instruction = (TypeInstruction)TSync.Read(pc);
            if (instruction is >= TypeInstruction.Pointer and <= TypeInstruction.Iface)
            {
                Take(instruction, at + TSync.Read(pc + 1), sink);
                pc += 2;
                continue;
            }

            switch (instruction)
            {
                case TypeInstruction.End when depth == 0:
                    return;
                case TypeInstruction.End:
                    depth--;
                    at = levels[depth].At;
                    pc++;
                    break;
                case TypeInstruction.Region:
                    levels[depth++] = new Level { At = at };
                    at += TSync.Read(pc + 1);
                    pc += 2;
                    break;
                case TypeInstruction.Array:
                    levels[depth++] = new Level
                    {
                        At = at,
                        Left = TSync.Read(pc + 2),
                        Words = TSync.Read(pc + 3),
                        Loop = pc + 4,
                    };
                    at += TSync.Read(pc + 1);
                    pc += 4;
                    break;
                case TypeInstruction.Buffer:
                    nint words = TSync.Read(pc + 3);
                    nint* first = at + TSync.Read(pc + 1);
                    nint count = (nint)Math.Min((nuint)TSync.Read(at + TSync.Read(pc + 2)), (nuint)((end - first) / words));
                    if (count == 0)
                    {
                        pc += 5 + TSync.Read(pc + 4);
                        break;
                    }

                    levels[depth++] = new Level { At = at, Left = count, Words = words, Loop = pc + 5 };
                    at = first;
                    pc += 5;
                    break;
                case TypeInstruction.Next:
                    Level* level = levels + depth - 1;
                    if (--level->Left > 0)
                    {
                        at += level->Words;
                        pc = level->Loop;
                    }
                    else
                    {
                        depth--;
                        at = level->At;
                        pc++;
                    }

                    break;
                default:
                    throw new CorruptionException($"a type program has the bad instruction {instruction}");
            }
        }
    }

    /// <summary>Takes a part that has no parts.</summary>
    private static void Take(TypeInstruction instruction, nint* word, TSink sink)
    {
        switch (instruction)
        {
            case TypeInstruction.Pointer:
            case TypeInstruction.Slice when TSync.Read(word + 2) != 0:
                sink.Consider(TSync.Read(word));
                break;
            case TypeInstruction.Text:
                sink.MarkOnly(TSync.Read(word));
                break;
            case TypeInstruction.Eface when InterfaceData<TSync>.IsPointerByType(TSync.Read(word)):
            case TypeInstruction.Iface when InterfaceData<TSync>.IsPointerByTable(TSync.Read(word)):
                sink.Consider(TSync.Read(word + 1));
                break;
            default:
                // A slice of nothing, or data that lies in the interface value itself.
                break;
        }
    }

    /// <summary>A region or a loop that the program is in.</summary>
    private struct Level
    {
        /// <summary>What it lies in.</summary>
        internal nint* At;

        /// <summary>How many elements are left, this one included.</summary>
        internal nint Left;

        /// <summary>The words of an element.</summary>
        internal nint Words;

        /// <summary>Where the loop starts.</summary>
        internal nint* Loop;
    }
}
