import { holdExercises } from "./hold-exercises.js";
import * as answers from "./raft-answers.js";

holdExercises("3.1.2", answers);
